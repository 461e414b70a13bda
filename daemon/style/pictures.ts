import { UserError } from "../../shared/errors.ts";
import { type PictureReference, type Recipe, recipeSchema } from "../../shared/recipe.ts";
import { parseCrop } from "../image/crop.ts";
import { openPicture, type PictureSource } from "../image/source.ts";

/** The opened pictures of a recipe, in its order. */
export interface Pictures {
  readonly content: PictureSource;
  readonly styles: readonly PictureSource[];
  /** The picture to start from, where the recipe names a file. */
  readonly init: PictureSource | undefined;
}

/**
 * Opens a recipe's pictures, each at the path that `pathOf` gives. Throws a UserError where a file is
 * no good, or not the one that the recipe was made with.
 */
export async function openPictures(
  recipe: Recipe,
  pathOf: (reference: PictureReference) => string = ({ file }) => file,
): Promise<Pictures> {
  const open = async (reference: PictureReference, crop: string | null = null) => {
    const source = await openPicture(
      pathOf(reference),
      crop === null ? null : parseCrop(crop),
      reference.file,
    );
    if (reference.sha256 !== undefined && reference.sha256 !== source.sha256)
      throw new UserError(
        `${reference.file}: not the picture that the recipe was made with; name a picture on the command line to use another`,
      );
    return source;
  };
  return {
    content: await open(recipe.content, recipe.crop),
    styles: await Promise.all(recipe.styles.map(async (style) => await open(style))),
    init: typeof recipe.init === "object" ? await open(recipe.init) : undefined,
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
  });
}

/** What a person should know about a recipe's pictures before they are used. */
export function notesOn(recipe: Recipe, { content, styles }: Pictures): string[] {
  const { size } = recipe.schedule;
  const notes: string[] = [];
  const longest = Math.max(content.width, content.height);
  if (longest < size)
    notes.push(
      `${recipe.content.file} is ${content.width}×${content.height}; the result stays at ${longest} px instead of ${size}, as pictures are never enlarged`,
    );
  for (const [i, style] of styles.entries()) {
    const own = Math.max(style.width, style.height);
    if (own < Math.min(size, longest))
      notes.push(
        `${recipe.styles[i]?.file} is only ${style.width}×${style.height}; its finest structure will be coarser than the result's`,
      );
  }
  return notes;
}
