import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { makeFolder } from "../../../shared/make-folder.ts";
import { type Exported, exportJob } from "../../client/export-job.ts";
import { kindOfOut } from "../../client/out-path.ts";
import { formatBytes, paintOut, print, say } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";
import { momentFrom } from "./moment.ts";

export function addExportCommand(program: Command): void {
  asksDaemon<[string], { out?: string }, Exported>(
    program
      .command("export")
      .summary("write a job's picture with its recipe and timeline")
      .description(
        "Writes the picture of a job, or of one of its checkpoints, as a .png with recipe and timeline inside, and both as .json beside it. `atelier run --recipe` makes the same picture again from either, with --until of one that was not at its end.",
      )
      .argument("<job[@iteration]>", "such as 3f9 or 3f9@120; without an iteration, the newest picture")
      .addOption(new Option("--out <path>", "the .png, or a folder for it (default: ID.png, here)")),
    async ({ out = "./" }, from) => {
      const { job: named, iteration } = momentFrom(from);
      const kind = await kindOfOut(out, 1);
      return async (daemon) => {
        const { job } = await daemon.request("show", { job: named });
        const name = `${job.id}${iteration === null ? "" : `-${iteration}`}.png`;
        if (kind === "folder") await makeFolder(out);
        return await exportJob(daemon, job.id, iteration, resolve(out, kind === "folder" ? name : ""));
      };
    },
    ({ picture, recipe, iteration, bytes, isEnd }) => {
      print(
        `wrote ${paintOut("bold", picture)} (iteration ${iteration}, ${formatBytes(bytes)}) and ${recipe}`,
      );
      if (!isEnd) say(`the same again: atelier run --recipe ${recipe} --until ${iteration} --out FILE`);
    },
  );
}
