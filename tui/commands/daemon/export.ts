import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { fileProblem, UsageError, UserError } from "../../../shared/errors.ts";
import { formatBytes, paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

interface Exported {
  readonly job: string;
  readonly iteration: number;
  readonly picture: string;
  readonly recipe: string;
  readonly bytes: number;
}

export function addExportCommand(program: Command): void {
  asksDaemon<[string], { out?: string }, Exported>(
    program
      .command("export")
      .summary("write a job's picture with its recipe and timeline")
      .description(
        "Writes the picture of a job, or of one of its checkpoints, as a .png with recipe and timeline inside, and both as .json beside it. `atelier run --recipe` makes the same picture again from either.",
      )
      .argument("<job[@iteration]>", "such as 3f9 or 3f9@120; without an iteration, the newest picture")
      .addOption(new Option("--out <file>", "the .png (default: ID.png)")),
    async (daemon, { out }, from) => {
      const [, id = "", at] = /^([^@]+)(?:@(\d+))?$/.exec(from) ?? [];
      if (id === "") throw new UsageError(`"${from}": expected ID or ID@ITERATION`);
      const { job, timeline } = await daemon.request("show", { job: id });
      const picture = resolve(out ?? `${job.id}${at === undefined ? "" : `-${at}`}.png`);
      if (!picture.endsWith(".png")) throw new UsageError(`--out ${out}: expected a name that ends in .png`);
      const asked = at === undefined ? null : Number(at);
      const pieces: Buffer[] = [];
      let iteration = 0;
      for (let offset = 0, total = 1; offset < total; ) {
        const piece = await daemon.request("read", { job: job.id, iteration: asked, offset });
        ({ total, iteration } = piece);
        const bytes = Buffer.from(piece.data, "base64");
        if (bytes.length === 0) throw new UserError(`the picture changed while it was read; try again`);
        pieces.push(bytes);
        offset += bytes.length;
      }
      const bytes = Buffer.concat(pieces);
      const recipe = picture.replace(/\.png$/, ".json");
      await write(picture, bytes);
      const made = timeline.filter((entry) => entry.iteration <= iteration);
      await write(recipe, `${JSON.stringify({ recipe: job.recipe, timeline: made }, null, 2)}\n`);
      return { job: job.id, iteration, picture, recipe, bytes: bytes.length };
    },
    ({ picture, recipe, iteration, bytes }) =>
      print(
        `wrote ${paintOut("bold", picture)} (iteration ${iteration}, ${formatBytes(bytes)}) and ${recipe}`,
      ),
  );
}

async function write(file: string, content: Buffer | string): Promise<void> {
  try {
    await using handle = await open(file, "w");
    await handle.writeFile(content);
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${fileProblem(error)}`);
  }
}
