import { existsSync } from "node:fs";
import { dirname, extname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { TimelineEntry } from "../../shared/controls.ts";
import { fileProblem, messageOf, UserError } from "../../shared/errors.ts";
import { openInput } from "../../shared/input-file.ts";
import { describeIssues } from "../../shared/issue-words.ts";
import { timelineEntrySchema } from "../../shared/jobs.ts";
import { PLAIN_LINE } from "../../shared/plain-text.ts";
import { mapReferences, type PictureReference, type Recipe, recipeSchema } from "../../shared/recipe.ts";
import { hashFile } from "../files/hash-file.ts";
import { readRecipeText } from "../image/recipe-metadata.ts";
import { pictureProblem, readPictureFile } from "../image/source.ts";

/** A recipe, and the changes of controls that were made while its picture was. */
export interface RecordedRecipe {
  readonly recipe: Recipe;
  readonly timeline: readonly TimelineEntry[];
  /** What its picture was made with; a file that holds a recipe alone has none. */
  readonly made?: z.infer<typeof madeSchema>;
}

const name = z.string().regex(PLAIN_LINE);
const madeSchema = z.object({
  engine: name,
  device: name,
  weights: z.object({
    kind: z.enum(["vgg16", "custom", "untrained"]),
    file: name.nullable(),
    verified: z.boolean(),
  }),
  iterations: z.number(),
});

/** Reads a recipe and its timeline from a JSON file, or out of a picture that was made with it. */
export async function loadRecipe(file: string): Promise<RecordedRecipe> {
  const json = parse(
    file,
    extname(file).toLowerCase() === ".json" ? await readText(file) : await readFromPicture(file),
  );
  // A picture carries the recipe beside what it was made with; a file may hold the recipe alone.
  const candidate = typeof json === "object" && json !== null && "recipe" in json ? json.recipe : json;
  if (typeof candidate !== "object" || candidate === null || !("objective" in candidate))
    throw new UserError(
      `${file} holds no recipe; pictures made by atelier do, and what atelier recipe prints`,
    );
  const result = recipeSchema.safeParse(candidate);
  if (!result.success)
    throw new UserError(`${file}: not a recipe of this version: ${describeIssues(result.error)}`);
  const timeline = z
    .array(timelineEntrySchema)
    .safeParse(typeof json === "object" && json !== null && "timeline" in json ? (json.timeline ?? []) : []);
  if (!timeline.success)
    throw new UserError(`${file}: its timeline makes no sense: ${describeIssues(timeline.error)}`);
  const made = madeSchema.safeParse(typeof json === "object" && json !== null && "made" in json && json.made);
  const recipe = await mapReferences(result.data, async (reference) => await besideRecipe(file, reference));
  return { recipe, timeline: timeline.data, ...(made.success && { made: made.data }) };
}

/** Pictures are named from where the command runs; one that is not there, or another, may lie where the recipe does. */
async function besideRecipe(recipe: string, reference: PictureReference): Promise<PictureReference> {
  const { file, sha256 } = reference;
  const beside = join(dirname(recipe), file);
  if (isAbsolute(file) || !existsSync(beside)) return reference;
  // One that cannot be read, as a folder, is another.
  const isOther = async () => (await hashFile("sha256", file).catch(() => undefined)) !== sha256;
  const isMeant = !existsSync(file) || (sha256 !== undefined && (await isOther()));
  return isMeant ? { ...reference, file: beside } : reference;
}

/** Without the mark that some editors put in front. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

async function readText(file: string): Promise<string> {
  await using handle = await openInput(file, "recipe");
  try {
    return await handle.readFile("utf8");
  } catch (error) {
    throw new UserError(`cannot read the recipe ${file}: ${fileProblem(error)}`);
  }
}

async function readFromPicture(file: string): Promise<string> {
  const bytes = await readPictureFile(file);
  const text = await readRecipeText(bytes).catch((error: unknown) => {
    throw new UserError(`cannot read a recipe out of ${file}: ${pictureProblem(messageOf(error), bytes)}`);
  });
  if (text === undefined) throw new UserError(`${file} holds no recipe; only pictures written by atelier do`);
  return text;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch (error) {
    throw new UserError(`${file}: not JSON (${messageOf(error)})`);
  }
}
