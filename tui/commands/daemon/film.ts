import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { type Filmed, type FilmShape, filmFormatOf, filmJob, USUAL_FILM } from "../../client/film-job.ts";
import { isForFolder } from "../../client/out-path.ts";
import { numberFrom, wholeNumber } from "../../recipe/parsers.ts";
import { formatBytes, paintOut, print } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon } from "./command.ts";

const WIDTH = { min: 16, max: 2048 };
const SECONDS = { min: 1, max: 60 };

export function addFilmCommand(program: Command): void {
  asksDaemon<[string], FilmShape & { out?: string }, Filmed>(
    program
      .command("film")
      .summary("make a film of how a job's picture grew")
      .description(
        "Writes a film of how a job's picture grew, from the photo if it began with that, through every checkpoint that is kept, to the newest: an animated .webp or .gif, as browsers and chats show them.",
      )
      .addArgument(jobArgument())
      .addOption(new Option("--out <path>", "the .webp or .gif, or a folder for it (default: ID.webp, here)"))
      .addOption(
        new Option("--width <pixels>", "at most so wide")
          .default(USUAL_FILM.width)
          .argParser(wholeNumber(WIDTH)),
      )
      .addOption(
        new Option("--seconds <number>", "from the beginning to the end")
          .default(USUAL_FILM.seconds)
          .argParser(numberFrom(SECONDS)),
      ),
    async ({ out = "./", ...shape }, named) => {
      const isFolder = await isForFolder(out);
      if (!isFolder) filmFormatOf(out);
      return async (daemon) => {
        const { job } = await daemon.request("show", { job: named });
        const film = resolve(out, isFolder ? `${job.id}.webp` : "");
        const progress = createProgress();
        return await filmJob(daemon, job.id, film, shape, (done, all) =>
          progress.update({ fraction: done / all, label: `picture ${done} of ${all}`, details: [] }),
        ).finally(() => progress.done());
      };
    },
    ({ film, pictures, frames, bytes }) =>
      print(
        `wrote ${paintOut("bold", film)} (${pictures} pictures in ${frames} frames, ${formatBytes(bytes)})`,
      ),
  );
}
