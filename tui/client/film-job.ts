import { dirname, extname } from "node:path";
import { UsageError, UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { FILM_FORMATS, type FilmFormat, filmOf } from "../terminal/film.ts";
import type { Connection } from "./connection.ts";
import { readMoments } from "./read-moments.ts";
import { writeWhole } from "./write-whole.ts";

export interface FilmShape {
  /** At most so many pixels across. */
  readonly width: number;
  /** From the beginning to the end. */
  readonly seconds: number;
}

export const USUAL_FILM: FilmShape = { width: 512, seconds: 6 };

export interface Filmed {
  readonly job: string;
  readonly film: string;
  readonly pictures: number;
  readonly frames: number;
  readonly bytes: number;
}

/** Files that this process is making. */
const underway = new Set<string>();

/**
 * Writes a film of how a job's picture grew, and makes the folder for it. Throws a UserError where there is no more than
 * one picture of it, or where the same file is being made already.
 */
export async function filmJob(
  daemon: Connection,
  id: string,
  film: string,
  { width, seconds }: FilmShape,
  onRead: (done: number, all: number) => void = () => {},
): Promise<Filmed> {
  const format = filmFormatOf(film);
  if (underway.has(film)) throw new UserError(`${film} is being made already; it takes a while`);
  underway.add(film);
  try {
    const { job, pictures } = await readMoments(daemon, id, width, onRead);
    const { frames, bytes } = await filmOf(pictures, seconds, format);
    await makeFolder(dirname(film));
    await writeWhole([film, bytes]);
    return { job, film, pictures: pictures.length, frames, bytes: bytes.length };
  } finally {
    underway.delete(film);
  }
}

/** By the end of its name. Throws a UsageError where that is another. */
export function filmFormatOf(file: string): FilmFormat {
  const suffix = extname(file).toLowerCase();
  for (const [known, format] of Object.entries(FILM_FORMATS)) if (suffix === known) return format;
  throw new UsageError(
    `${file}: expected a name that ends in ${Object.keys(FILM_FORMATS).join(" or ")}, or a folder`,
  );
}
