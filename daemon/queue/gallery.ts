import { open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { madeBy } from "../../shared/controls.ts";
import { parseCrop } from "../../shared/crop.ts";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { CHUNK_BYTES, type Params, type Result } from "../../shared/requests.ts";
import { readVectors, type VectorSource } from "../files/vectors-file.ts";
import { Gate } from "../gate.ts";
import { encodePicture } from "../image/encode.ts";
import { toPixels } from "../image/pixels.ts";
import type { Pixels } from "../image/planes.ts";
import { scalePicture } from "../image/scale.ts";
import { openPicture } from "../image/source.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";
import { RefusedError } from "./refused-error.ts";
import type { CheckpointRow } from "./store.ts";

/** Pictures are made for so many requests at once: each may hold a large one several times over. */
const AT_ONCE = 2;
/** So many checkpoints may be read in pieces at once; of readers that went away, one stays as long as none comes instead. */
const MAX_ENCODED = 4;

/** Pictures of jobs, from their files. */
export class Gallery {
  readonly #book: JobBook;
  readonly #layout: HomeLayout;
  readonly #pictures: PictureStore;
  readonly #gate = new Gate(AT_ONCE);
  /** The checkpoints that are being read in pieces, each until its last piece is handed out. */
  readonly #encoded = new Map<string, Promise<Buffer>>();

  constructor(book: JobBook, layout: HomeLayout, pictures: PictureStore) {
    this.#book = book;
    this.#layout = layout;
    this.#pictures = pictures;
  }

  async picture(params: Params<"picture">): Promise<Result<"picture">> {
    return await this.#gate.through(async () => await this.#make(params));
  }

  async #make({ job, of, style, iteration, format, width }: Params<"picture">): Promise<Result<"picture">> {
    const { recipe, status, progress } = this.#book.find(job).job;
    if (of !== "made") {
      const reference = of === "content" ? recipe.content : recipe.styles[style];
      if (reference?.sha256 === undefined) throw new RefusedError("refused", `there is no style ${style}`);
      const crop = of === "content" && recipe.crop !== null ? parseCrop(recipe.crop) : null;
      const source = await openPicture(this.#pictures.pathOf(reference.sha256), crop, reference.file);
      const { data, ...size } = await scalePicture(await source.pixels(width), format, width);
      return { iteration: 0, ...size, data: Buffer.from(data).toString("base64") };
    }
    const isResult = status.state === "done" && iteration === null;
    const { picture, at } = isResult
      ? {
          picture: await this.#ofResult(job, status.picture, async (file) => await readFile(file)),
          at: progress?.iteration ?? 0,
        }
      : await this.#pixels(job, iteration);
    const { data, ...size } = await scalePicture(picture, format, width);
    return { iteration: at, ...size, data: Buffer.from(data).toString("base64") };
  }

  /** A piece of the picture as a .png with recipe and timeline; the finished one as it was written. */
  async read({ job: prefix, iteration, offset }: Params<"read">): Promise<Result<"read">> {
    const { job } = this.#book.find(prefix);
    const last = job.progress?.iteration ?? 0;
    if (job.status.state === "done" && (iteration ?? last) === last) {
      const piece = async (file: string) => await pieceOf(file, offset);
      return { iteration: last, ...(await this.#ofResult(job.id, job.status.picture, piece)) };
    }
    const at = this.#checkpoint(job.id, iteration).iteration;
    const key = `${job.id} ${at}`;
    if (offset === 0) this.#encoded.delete(key);
    const png = this.#encoded.get(key) ?? this.#beginToEncode(key, job.id, at);
    const bytes = await png;
    if (offset + CHUNK_BYTES >= bytes.length && this.#encoded.get(key) === png) this.#encoded.delete(key);
    return {
      iteration: at,
      total: bytes.length,
      data: bytes.subarray(offset, offset + CHUNK_BYTES).toString("base64"),
    };
  }

  /** Reads a finished picture where it is: the home may have been moved since it was made. Throws a UserError where it is gone. */
  async #ofResult<T>(prefix: string, picture: string, read: (file: string) => Promise<T>): Promise<T> {
    const { id } = this.#book.find(prefix).job;
    const file = join(this.#layout.jobFolder(id), basename(picture));
    try {
      return await read(file);
    } catch (error) {
      throw new UserError(
        `${file} cannot be read: ${fileProblem(error)}; what is left of the job: atelier checkpoints ${id}`,
      );
    }
  }

  #beginToEncode(key: string, id: string, iteration: number): Promise<Buffer> {
    const png = this.#gate.through(async () => await this.#encode(id, iteration));
    this.#encoded.set(key, png);
    const [oldest] = this.#encoded.keys();
    if (this.#encoded.size > MAX_ENCODED && oldest !== undefined) this.#encoded.delete(oldest);
    return png;
  }

  async #encode(id: string, iteration: number): Promise<Buffer> {
    const { picture } = await this.#pixels(id, iteration);
    const { recipe } = this.#book.find(id).job;
    const timeline = madeBy(this.#book.store.timelines.of(id), iteration);
    return await encodePicture(picture, "checkpoint.png", {
      recipe,
      timeline,
      made: { iterations: iteration },
    });
  }

  async #pixels(prefix: string, iteration: number | null): Promise<{ picture: Pixels; at: number }> {
    const { job } = this.#book.find(prefix);
    const row = this.#checkpoint(job.id, iteration);
    const { meta, vectors } = await readVectors(join(this.#layout.jobFolder(job.id), row.picture));
    const { width, height } = meta as { width: number; height: number };
    const data = await (vectors["picture"] as VectorSource).read();
    const picture = await toPixels({ width, height, data });
    return { picture, at: row.iteration };
  }

  #checkpoint(id: string, iteration: number | null): CheckpointRow {
    const rows = this.#book.store.checkpoints(id);
    const row = iteration === null ? rows.at(-1) : rows.find((one) => one.iteration === iteration);
    if (row === undefined)
      throw new RefusedError(
        "refused",
        iteration === null
          ? `job ${id} has no checkpoint yet`
          : `job ${id} has no checkpoint at iteration ${iteration}; see: atelier checkpoints ${id}`,
      );
    return row;
  }
}

async function pieceOf(file: string, offset: number): Promise<{ total: number; data: string }> {
  await using handle = await open(file);
  const { size: total } = await handle.stat();
  const piece = Buffer.alloc(Math.max(0, Math.min(CHUNK_BYTES, total - offset)));
  const { bytesRead } = await handle.read(piece, { position: offset });
  return { total, data: piece.toString("base64", 0, bytesRead) };
}
