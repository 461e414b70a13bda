import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type Command, Option } from "commander";
import type { RecordedRecipe } from "../../daemon/foreground.ts";
import { UsageError, UserError } from "../../shared/errors.ts";
import { type Job, UNFINISHED_STATES } from "../../shared/jobs.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Connection } from "../client/connection.ts";
import { UnreachableError } from "../client/link-problems.ts";
import { listAll } from "../client/list-all.ts";
import { outPath } from "../client/out-path.ts";
import { reachableRecipe } from "../client/reachable-recipe.ts";
import { PartlyDoneError } from "../terminal/exit.ts";
import { titleOf } from "../terminal/job-text.ts";
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
  return addRecipeOptions(
    command
      .addOption(
        new Option(
          "--content <files...>",
          "the picture whose content is kept; with several, or a folder of them, a job for each",
        ),
      )
      .addOption(
        new Option(
          "--style <files...>",
          "the pictures whose style is taken, as FILE or FILE:WEIGHT, blended",
        ),
      )
      .addOption(new Option("--each", "a job for each style instead of a blend"))
      .addOption(
        new Option(
          "--out <path>",
          "where the picture also goes: a .png, or a folder when there are several jobs; none: nowhere",
        ),
      )
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
      .addOption(new Option("--hold", "wait until: atelier resume ID")),
  );
}

/** What belongs to a job besides its recipe. */
export type QueueArguments = Pick<JobArguments, "out" | "group" | "priority" | "after" | "hold">;

/** The jobs that are to be done first, of which there may be none; undefined where nothing is said of them. */
export function predecessorsOf({ after }: Pick<JobArguments, "after">): string[] | undefined {
  return after?.length === 1 && after[0] === NONE ? [] : after;
}

/** Adds a job for each recipe; `isSeries` where they might as well have been more or fewer. */
export async function addJobs(
  daemon: Connection,
  wanted: readonly RecordedRecipe[],
  options: QueueArguments,
  isSeries = false,
): Promise<Job[]> {
  const jobs: Job[] = [];
  const out = await outFor(daemon, options, wanted.length, isSeries);
  const problems: string[] = [];
  // One bad picture of many keeps no other out.
  for (const one of wanted)
    try {
      jobs.push(await addJob(daemon, one, options, out(one.recipe)));
    } catch (error) {
      if (wanted.length === 1 || !(error instanceof UserError) || error instanceof UnreachableError)
        throw error;
      problems.push(error.message);
    }
  if (problems.length === 0) return jobs;
  if (jobs.length === 0) throw new UserError([...new Set(problems)].join("; "));
  const ids = jobs.map(({ id }) => id).join(", ");
  throw new PartlyDoneError([`${jobs.length} of ${wanted.length} jobs were added: ${ids}`, ...problems], {
    jobs,
  });
}

async function addJob(
  daemon: Connection,
  { recipe, timeline }: RecordedRecipe,
  options: QueueArguments,
  out: string | null,
): Promise<Job> {
  return await daemon.request("add", {
    recipe: await reachableRecipe(daemon, recipe),
    timeline: timeline.map((entry) => ({ ...entry, changes: { ...entry.changes } })),
    out,
    group: options.group ?? "",
    priority: options.priority ?? 0,
    after: predecessorsOf(options) ?? [],
    held: options.hold ?? false,
  });
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

/** Whether the pictures of so many jobs go to a file or into a folder there. Throws a UsageError where neither can be. */
export async function kindOfOut(path: string, jobs: number, isSeries = false): Promise<"file" | "folder"> {
  if (path.endsWith("/") || (await stat(path).catch(() => undefined))?.isDirectory()) return "folder";
  const suffix = extname(path).toLowerCase();
  if (jobs === 1 && suffix === ".png") return "file";
  if ((jobs > 1 || isSeries) && suffix === "") return "folder";
  throw new UsageError(
    jobs > 1
      ? `${path}: there are ${jobs} jobs, so name a folder`
      : `${path}: jobs write .png, which carries the recipe and its timeline; name one, or an existing folder`,
  );
}

/** Where each job's picture goes: the file itself, or its place in a folder. */
async function outFor(daemon: Connection, { out }: QueueArguments, jobs: number, isSeries: boolean) {
  const path = outPath(daemon, out);
  if (out === undefined || path === null) return () => null;
  // As it was given: a path that is made absolute has lost its last slash.
  if ((await kindOfOut(out, jobs, isSeries)) === "file") return () => path;
  await makeFolder(path);
  // What is there stays, and what will be.
  const waiting = await listAll(daemon, { states: [...UNFINISHED_STATES], group: null });
  const taken = new Set(waiting.map((job) => job.out));
  return (recipe: Recipe) => {
    const name = titleOf(recipe).replaceAll(" × ", "-").replaceAll(" + ", "-");
    let file = join(path, `${name}.png`);
    for (let n = 2; taken.has(file) || existsSync(file); n++) file = join(path, `${name}-${n}.png`);
    taken.add(file);
    return file;
  };
}
