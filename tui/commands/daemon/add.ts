import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { glob, mkdir, open, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { fileProblem, UsageError, UserError } from "../../../shared/errors.ts";
import type { Job } from "../../../shared/jobs.ts";
import { mapReferences, type PictureReference, type Recipe } from "../../../shared/recipe.ts";
import { CHUNK_BYTES } from "../../../shared/requests.ts";
import type { Connection } from "../../client/connection.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { paintOut, print, say } from "../../terminal/print.ts";
import { collectStyle, type StyleArgument } from "../options.ts";
import { addRecipeOptions, type RecipeArguments, recipeFrom } from "../recipe-options.ts";
import { asksDaemon } from "./command.ts";

interface AddArguments extends RecipeArguments {
  content?: string[];
  style?: string[];
  each?: boolean;
  out?: string;
  group?: string;
  priority: number;
  after?: string[];
  hold?: boolean;
}

export function addAddCommand(program: Command): void {
  const command = program
    .command("add")
    .summary("put jobs into the queue")
    .description("Puts a job into the daemon's queue, or one for every photo, or every photo and painting.")
    .addOption(
      new Option("--content <files...>", "the picture whose content is kept; with several, a job for each"),
    )
    .addOption(
      new Option("--style <files...>", "the pictures whose style is taken, as FILE or FILE:WEIGHT, blended"),
    )
    .addOption(new Option("--each", "a job for each style instead of a blend"))
    .addOption(
      new Option(
        "--out <path>",
        "where the picture also goes: a .png, or a folder when there are several jobs",
      ),
    )
    .optionsGroup("Queue:")
    .addOption(new Option("--group <name>", "a label for these jobs"))
    .addOption(
      new Option("--priority <n>", "higher runs first, and interrupts lower")
        .argParser((text) => {
          const value = Number(text);
          if (!Number.isInteger(value) || Math.abs(value) > 1000)
            throw new UsageError(`--priority ${text}: expected a whole number from -1000 to 1000`);
          return value;
        })
        .default(0),
    )
    .addOption(new Option("--after <jobs...>", "start when these jobs are done"))
    .addOption(new Option("--hold", "wait until: atelier resume ID"));
  addRecipeOptions(command).addHelpText(
    "after",
    `
Examples:
  atelier add --content photo.jpg --style painting.jpg --out result.png
  atelier add --content photo.jpg --style 'paintings/*.jpg' --each --out results --group paintings
  atelier add --content 'holiday/*.jpg' --style painting.jpg --size 1024 --out results
  atelier add --recipe result.png --seed 7 --after 3f9`,
  );
  asksDaemon<[], AddArguments, Job[]>(
    command,
    async (daemon, options) => {
      const jobs: Job[] = [];
      const wanted = await recipesFrom(options);
      const out = await outFor(options, wanted.length, daemon.address.isLocal);
      for (const { recipe, timeline } of wanted) {
        const reachable = await reachableRecipe(daemon, recipe);
        jobs.push(
          await daemon.request("add", {
            recipe: reachable,
            timeline: timeline.map((entry) => ({ ...entry, changes: { ...entry.changes } })),
            out: out(recipe),
            group: options.group ?? "",
            priority: options.priority,
            after: options.after ?? [],
            held: options.hold ?? false,
          }),
        );
      }
      return jobs;
    },
    (jobs) => {
      for (const job of jobs)
        print(
          `${paintOut("bold", job.id)} ${job.status.state}  ${titleOf(job.recipe)}  ${job.plan.width}×${job.plan.height}`,
        );
      if (jobs.length === 1) say(`watch it with: atelier watch ${jobs[0]?.id}`);
    },
  );
}

async function recipesFrom(options: AddArguments) {
  const contents = options.content === undefined ? [undefined] : await expand(options.content);
  const given = options.style === undefined ? undefined : await expand(options.style);
  const styles = given?.flatMap((text) => collectStyle(text));
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

/** Patterns that the shell left alone are looked up here, so that quoted ones work everywhere. */
async function expand(names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (!/[*?[{]/.test(name) || (await exists(name))) {
      found.push(name);
      continue;
    }
    const matches: string[] = [];
    for await (const match of glob(name)) matches.push(match);
    if (matches.length === 0) throw new UserError(`${name}: no file matches`);
    found.push(...matches.toSorted());
  }
  return found;
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

/** Where each job's picture goes: the file itself, or its place in a folder. */
async function outFor({ out }: AddArguments, jobs: number, isLocal: boolean) {
  if (out === undefined) return () => null;
  if (!isLocal)
    throw new UsageError(
      "--out is a place on this machine, and the daemon is elsewhere; use: atelier export",
    );
  const path = resolve(out);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (jobs === 1 && !isFolder) return () => path;
  if (extname(path) !== "" && !isFolder)
    throw new UsageError(`--out ${out}: there are ${jobs} jobs, so name a folder`);
  await mkdir(path, { recursive: true });
  const taken = new Set<string>();
  return (recipe: Recipe) => {
    const name = titleOf(recipe).replaceAll(" × ", "-").replaceAll(" + ", "-");
    let file = join(path, `${name}.png`);
    for (let n = 2; taken.has(file); n++) file = join(path, `${name}-${n}.png`);
    taken.add(file);
    return file;
  };
}

/** The recipe with pictures that the daemon can reach: absolute paths here, uploaded copies elsewhere. */
export async function reachableRecipe(daemon: Connection, recipe: Recipe): Promise<Recipe> {
  return await mapReferences(recipe, async (reference) =>
    daemon.address.isLocal
      ? { ...reference, file: resolve(reference.file) }
      : await upload(daemon, reference),
  );
}

async function upload(daemon: Connection, reference: PictureReference): Promise<PictureReference> {
  const { file } = reference;
  const known = reference.sha256;
  if (known !== undefined && (await isThere(daemon, known))) return reference;
  try {
    await using handle = await open(file, "r");
    const { size: total } = await handle.stat();
    if (total === 0) throw new UserError(`${file}: the file is empty`);
    const sha256 = await hashOf(file);
    if (known !== undefined && known !== sha256)
      throw new UserError(`${file}: not the picture that the recipe was made with`);
    if (!(await isThere(daemon, sha256)))
      for (let offset = 0; offset < total; ) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(CHUNK_BYTES, total - offset)), {
          position: offset,
        });
        if (bytesRead === 0) throw new UserError(`${file}: the file shrank while it was sent`);
        const data = buffer.subarray(0, bytesRead).toString("base64");
        ({ received: offset } = await daemon.request("upload", { sha256, total, offset, data }));
      }
    return { file: basename(file), sha256 };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read the picture ${file}: ${fileProblem(error)}`);
  }
}

async function isThere(daemon: Connection, sha256: string): Promise<boolean> {
  const { missing } = await daemon.request("have", { sha256: [sha256] });
  return missing.length === 0;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
