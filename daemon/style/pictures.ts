import { realpath } from "node:fs/promises";
import { parseCrop } from "../../shared/crop.ts";
import { UserError } from "../../shared/errors.ts";
import { type PictureReference, type Recipe, recipeSchema, referencesOf } from "../../shared/recipe.ts";
import type { Size } from "../image/planes.ts";
import { fit, longestSide, openPicture, type PictureSource } from "../image/source.ts";
import { checkSides, stagesOf } from "./schedule.ts";

/** The opened pictures of a recipe, in its order. */
export interface Pictures {
  readonly content: PictureSource;
  readonly styles: readonly PictureSource[];
  /** The picture to start from, where the recipe names a file. */
  readonly init: PictureSource | undefined;
  /** Where it is painted, in the part of the photo that is. */
  readonly mask?: PictureSource | undefined;
}

/**
 * Opens a recipe's pictures, each at the path that `pathOf` gives. Throws a UserError where a file is
 * no good, not the one that the recipe was made with, or too narrow for the recipe's size.
 */
export async function openPictures(
  recipe: Recipe,
  pathOf: (reference: PictureReference) => string = ({ file }) => file,
): Promise<Pictures> {
  const open = async (
    reference: PictureReference,
    crop: string | null = null,
    checkWhole?: (whole: Size) => void,
  ) => {
    const source = await openPicture(
      pathOf(reference),
      crop === null ? null : parseCrop(crop),
      reference.file,
      checkWhole,
    );
    if (reference.sha256 !== undefined && reference.sha256 !== source.sha256)
      throw new UserError(
        `${reference.file}: not the picture that the recipe was made with; name a picture on the command line to use another`,
      );
    return source;
  };
  const content = await open(recipe.content, recipe.crop);
  const openMask = async (reference: PictureReference) =>
    await open(reference, recipe.crop, (whole) =>
      checkMask(reference.file, whole, content.whole, recipe.crop),
    );
  checkSides(recipe, content);
  return {
    content,
    styles: await Promise.all(recipe.styles.map(async (style) => await open(style))),
    init: typeof recipe.init === "object" ? await open(recipe.init) : undefined,
    mask: recipe.mask && (await openMask(recipe.mask)),
  };
}

/** The recipe with the hash of every picture in it. */
export function withHashes(recipe: Recipe, pictures: Pictures): Recipe {
  // Parsing puts the keys in the schema's order, so that a replayed recipe is written as it was read.
  return recipeSchema.parse({
    ...recipe,
    content: { ...recipe.content, sha256: pictures.content.sha256 },
    styles: recipe.styles.map((style, i) => ({ ...style, sha256: pictures.styles[i]?.sha256 })),
    init: typeof recipe.init === "object" ? { ...recipe.init, sha256: pictures.init?.sha256 } : recipe.init,
    ...(recipe.mask && { mask: { ...recipe.mask, sha256: pictures.mask?.sha256 } }),
  });
}

/** What a person should know about a recipe's pictures before they are used. */
export function notesOn(recipe: Recipe, { content, styles, init, mask }: Pictures): string[] {
  const { size } = recipe.schedule;
  const notes: string[] = [];
  const { contentWeight, styleWeight, objective } = recipe;
  const sums = [contentWeight * sumOf(objective.content), styleWeight * sumOf(objective.style), objective.tv];
  if (sums.every((sum) => sum === 0)) notes.push("all weights are 0: the picture stays what it starts from");
  const longest = Math.max(content.width, content.height);
  if (longest < size)
    notes.push(
      `${recipe.content.file} is ${content.width}×${content.height}${recipe.crop === null ? "" : " after the crop"}; the result stays at ${longest} px instead of ${size}, as pictures are never enlarged`,
    );
  for (const [i, style] of styles.entries()) {
    const own = Math.max(style.width, style.height);
    if (own < Math.min(size, longest))
      notes.push(
        `${recipe.styles[i]?.file} is only ${style.width}×${style.height}; its finest structure will be coarser than the result's`,
      );
  }
  if (init !== undefined) {
    const start = fit(content, stagesOf(recipe.schedule, content)[0]?.size ?? size);
    const changes = changesOf(init, start);
    if (changes.length > 0)
      notes.push(
        `${init.file} is ${init.width}×${init.height}; to start from it, it is ${changes.join(" and ")} to ${start.width}×${start.height}`,
      );
  }
  const result = fit(content, size);
  if (mask !== undefined && longestSide(mask) < longestSide(result) - 1)
    notes.push(
      `${mask.file} is ${mask.width}×${mask.height} and is enlarged to the result's ${result.width}×${result.height}: its edges come out soft`,
    );
  return notes;
}

function sumOf(weights: Readonly<Record<string, number>>): number {
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0);
}

/** A mask that does not lie on the photo as a person drew it would paint elsewhere. */
function checkMask(file: string, own: Size, photo: Size, crop: string | null): void {
  const isInPixels = crop !== null && parseCrop(crop).kind !== "aspect";
  if (isInPixels ? own.width === photo.width && own.height === photo.height : !isStretched(own, photo))
    return;
  throw new UserError(
    `${file} is ${own.width}×${own.height} and cannot lie on the photo, which is ${photo.width}×${photo.height}; ${isInPixels ? "with a crop in pixels a mask has to be as large as the photo" : "a mask has the photo's proportions"}`,
  );
}

/** What becomes of a picture that is brought to a size, apart from shrinking. */
function changesOf(picture: Size, size: Size): string[] {
  const [own, wanted] = [longestSide(picture), longestSide(size)];
  return [...(isStretched(picture, size) ? ["stretched"] : []), ...(own < wanted ? ["enlarged"] : [])];
}

function isStretched(picture: Size, size: Size): boolean {
  const [a, b] = [fit(picture, longestSide(size)), fit(size, longestSide(picture))];
  // Sides are rounded, so a pixel means nothing.
  return Math.abs(a.width - b.width) > 1 || Math.abs(a.height - b.height) > 1;
}

/** A picture must not take the place of one that it is made from: that would be lost, and the recipe with it. */
export async function refuseOverInputs(out: string, recipe: Recipe): Promise<void> {
  await refuseOver(
    out,
    referencesOf(recipe).map(({ file }) => file),
  );
}

/** Throws a UserError where what is written would take the place of one of these files. */
export async function refuseOver(out: string, inputs: readonly string[]): Promise<void> {
  const placeOf = async (file: string) => await realpath(file).catch(() => undefined);
  const place = await placeOf(out);
  if (place === undefined) return;
  const places = await Promise.all(inputs.map(placeOf));
  if (places.includes(place))
    throw new UserError(`${out} is a file that this one is made from; name another file for the result`);
}
