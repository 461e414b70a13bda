import { extname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../../../shared/errors.ts";
import { makeFolder } from "../../../shared/make-folder.ts";
import { isForFolder } from "../../client/out-path.ts";
import { readMoments } from "../../client/read-moments.ts";
import { writeWhole } from "../../client/write-whole.ts";
import { numberFrom, wholeNumber } from "../../recipe/parsers.ts";
import { FILM_FORMATS, type FilmFormat, filmOf } from "../../terminal/film.ts";
import { formatBytes, paintOut, print } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon } from "./command.ts";

const WIDTH = { min: 16, max: 2048 };
const SECONDS = { min: 1, max: 60 };

interface FilmOptions {
  readonly out?: string;
  readonly width: number;
  readonly seconds: number;
}

interface Filmed {
  readonly job: string;
  readonly film: string;
  readonly pictures: number;
  readonly frames: number;
  readonly bytes: number;
}

export function addFilmCommand(program: Command): void {
  asksDaemon<[string], FilmOptions, Filmed>(
    program
      .command("film")
      .summary("make a film of how a job's picture grew")
      .description(
        "Writes a film of how a job's picture grew, from the photo if it began with that, through every checkpoint that is kept, to the newest: an animated .webp or .gif, as browsers and chats show them.",
      )
      .addArgument(jobArgument())
      .addOption(new Option("--out <path>", "the .webp or .gif, or a folder for it (default: ID.webp, here)"))
      .addOption(new Option("--width <pixels>", "at most so wide").default(512).argParser(wholeNumber(WIDTH)))
      .addOption(
        new Option("--seconds <number>", "from the beginning to the end")
          .default(6)
          .argParser(numberFrom(SECONDS)),
      ),
    async ({ out = "./", width, seconds }, id) => {
      const isFolder = await isForFolder(out);
      const format = isFolder ? "webp" : formatOf(out);
      return async (daemon) => {
        const progress = createProgress();
        const { job, pictures } = await readMoments(daemon, id, width, (done, all) =>
          progress.update({ fraction: done / all, label: `picture ${done} of ${all}`, details: [] }),
        ).finally(() => progress.done());
        const { frames, bytes } = await filmOf(pictures, seconds, format);
        if (isFolder) await makeFolder(out);
        const film = resolve(out, isFolder ? `${job}.webp` : "");
        await writeWhole([film, bytes]);
        return { job, film, pictures: pictures.length, frames, bytes: bytes.length };
      };
    },
    ({ film, pictures, frames, bytes }) =>
      print(
        `wrote ${paintOut("bold", film)} (${pictures} pictures in ${frames} frames, ${formatBytes(bytes)})`,
      ),
  );
}

function formatOf(file: string): FilmFormat {
  const suffix = extname(file).toLowerCase();
  for (const [known, format] of Object.entries(FILM_FORMATS)) if (suffix === known) return format;
  throw new UsageError(
    `${file}: expected a name that ends in ${Object.keys(FILM_FORMATS).join(" or ")}, or a folder`,
  );
}
