import { extname, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
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
  readonly out?: OutFile;
  readonly width: number;
  readonly seconds: number;
}

interface OutFile {
  readonly name: string;
  readonly format: FilmFormat;
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
      .addOption(new Option("--out <file>", "the .webp or .gif (default: ID.webp)").argParser(filmFile))
      .addOption(new Option("--width <pixels>", "at most so wide").default(512).argParser(wholeNumber(WIDTH)))
      .addOption(
        new Option("--seconds <number>", "from the beginning to the end")
          .default(6)
          .argParser(numberFrom(SECONDS)),
      ),
    ({ out, width, seconds }, id) =>
      async (daemon) => {
        const progress = createProgress();
        const { job, pictures } = await readMoments(daemon, id, width, (done, all) =>
          progress.update({ fraction: done / all, label: `picture ${done} of ${all}`, details: [] }),
        ).finally(() => progress.done());
        const { name, format } = out ?? filmFile(`${job}.webp`);
        const film = resolve(name);
        const { frames, bytes } = await filmOf(pictures, seconds, format);
        await writeWhole([film, bytes]);
        return { job, film, pictures: pictures.length, frames, bytes: bytes.length };
      },
    ({ film, pictures, frames, bytes }) =>
      print(
        `wrote ${paintOut("bold", film)} (${pictures} pictures in ${frames} frames, ${formatBytes(bytes)})`,
      ),
  );
}

/** For commander. */
function filmFile(name: string): OutFile {
  const suffix = extname(name).toLowerCase();
  for (const [known, format] of Object.entries(FILM_FORMATS)) if (suffix === known) return { name, format };
  throw new InvalidArgumentError(`expected a name that ends in ${Object.keys(FILM_FORMATS).join(" or ")}.`);
}
