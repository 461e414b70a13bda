import { type Command, Option } from "commander";
import type { RecordedRecipe } from "../../daemon/foreground.ts";
import { LIMITS } from "../../shared/limits.ts";
import { addRecipeOptions, type RecipeArguments, recipeFrom } from "./options.ts";
import { groupName, NONE, parseStyle, type StyleArgument, wholeNumber } from "./parsers.ts";
import { expandPictures, meansAnyNumber } from "./picture-files.ts";

/** What the options of new jobs are parsed to. */
export interface JobArguments extends RecipeArguments {
  content?: string[];
  style?: string[];
  each?: boolean;
  out?: string;
  group?: string;
  priority?: number;
  after?: string[];
  hold?: boolean;
}

/** The options of new jobs: of the command and, line by line, of the form. */
export function addJobOptions(command: Command): Command {
  const withPictures = command
    .addOption(
      new Option(
        "--content <files...>",
        "the picture whose content is kept; with several, or a folder of them, a job for each",
      ),
    )
    .addOption(
      new Option("--style <files...>", "the pictures whose style is taken, as FILE or FILE:WEIGHT, blended"),
    )
    .addOption(new Option("--each", "a job for each style instead of a blend"))
    .addOption(
      new Option(
        "--out <path>",
        "where the picture also goes: a .png, or a folder when there are several jobs; none: nowhere",
      ),
    );
  return addRecipeOptions(addQueueOptions(withPictures));
}

/** The options that say when new jobs come, and what they are called. */
export function addQueueOptions(command: Command): Command {
  return command
    .optionsGroup("Queue:")
    .addOption(new Option("--group <name>", "a label for these jobs; none: no label").argParser(groupName))
    .addOption(
      new Option("--priority <n>", "higher runs first, and interrupts lower").argParser(
        wholeNumber(LIMITS.priority),
      ),
    )
    .addOption(
      new Option(
        "--after <jobs...>",
        "start when these jobs are done, or none; fails if one of them never will be",
      ),
    )
    .addOption(new Option("--hold", "wait until: atelier resume ID"));
}

/** What belongs to a job besides its recipe. */
export type QueueArguments = Pick<JobArguments, "out" | "group" | "priority" | "after" | "hold">;

/** The jobs that are to be done first, of which there may be none; undefined where nothing is said of them. */
export function predecessorsOf({ after }: Pick<JobArguments, "after">): string[] | undefined {
  return after?.length === 1 && after[0] === NONE ? [] : after;
}

/** The recipes that the options ask for, one per job. Throws a UsageError where they make no sense. */
export async function recipesFrom(options: JobArguments): Promise<RecordedRecipe[]> {
  const contents = options.content === undefined ? [undefined] : await expandPictures(options.content);
  const given = options.style === undefined ? undefined : await expandPictures(options.style);
  const styles = given?.map((text) => parseStyle(text));
  const blends: (StyleArgument[] | undefined)[] =
    options.each && styles !== undefined ? styles.map((style) => [style]) : [styles];
  const recipes = [];
  for (const content of contents)
    for (const style of blends)
      recipes.push(
        await recipeFrom({
          ...options,
          ...(content === undefined ? { content: undefined as never } : { content }),
          ...(style === undefined ? { style: undefined as never } : { style }),
        }),
      );
  return recipes;
}

/** Whether the options ask for a job for each of some pictures, however many there happen to be. */
export async function isForSeries({ content = [], each = false }: JobArguments): Promise<boolean> {
  return each || (await Promise.all(content.map(meansAnyNumber))).includes(true);
}
