import { type FileHandle, open } from "node:fs/promises";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { writeDurably } from "./durable-write.ts";

const LENGTH_BYTES = 4;
/** The system reads no more than 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 30;

/** A vector, in a file or a device's memory, that is brought when it is wanted: together they may be many pictures. */
export interface VectorSource {
  readonly length: number;
  read(): Promise<Float32Array>;
}

export type VectorSources = Readonly<Record<string, VectorSource>>;

/** A vector that is in memory. */
export function inMemory(vector: Float32Array): VectorSource {
  return { length: vector.length, read: async () => vector };
}

/** A small JSON value and named float32 vectors in one file: header length (uint32), header, numbers. Gives its bytes. */
export async function writeVectors(file: string, meta: unknown, vectors: VectorSources): Promise<number> {
  const entries = Object.entries(vectors).map(([name, { length }]) => [name, length] as const);
  const header = Buffer.from(JSON.stringify({ meta, vectors: entries }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  const pieces = async function* () {
    yield length;
    yield header;
    for (const vector of Object.values(vectors)) yield bytesOf(await vector.read());
  };
  await writeDurably(file, pieces(), 0o600);
  const numbers = entries.reduce((sum, [, count]) => sum + count, 0);
  return LENGTH_BYTES + header.length + numbers * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * Reads what `writeVectors` wrote; the vectors' numbers when they are asked for. Throws a UserError where the file is
 * missing or not whole.
 */
export async function readVectors(file: string): Promise<{ meta: unknown; vectors: VectorSources }> {
  return await reading(file, async (handle) => {
    const { size } = await handle.stat();
    const length = await readInto(handle, Buffer.alloc(LENGTH_BYTES), 0);
    let end = LENGTH_BYTES;
    const take = (bytes: number) => {
      const start = end;
      end += bytes;
      if (end > size) throw new Error("it is too short");
      return start;
    };
    const headerBytes = length.readUInt32LE();
    const header = await readInto(handle, Buffer.alloc(headerBytes), take(headerBytes));
    const { meta, vectors: entries } = JSON.parse(header.toString()) as {
      meta: unknown;
      vectors: [string, number][];
    };
    const vectors = entries.map(([name, numbers]): [string, VectorSource] => {
      const start = take(numbers * Float32Array.BYTES_PER_ELEMENT);
      return [name, { length: numbers, read: async () => await readVector(file, numbers, start) }];
    });
    if (end !== size) throw new Error("it is too long");
    return { meta, vectors: Object.fromEntries(vectors) };
  });
}

async function readVector(file: string, numbers: number, start: number): Promise<Float32Array> {
  const vector = new Float32Array(numbers);
  await reading(file, async (handle) => await readInto(handle, bytesOf(vector), start));
  return vector;
}

async function reading<T>(file: string, read: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    await using handle = await open(file);
    return await read(handle);
  } catch (error) {
    throw new UserError(`the checkpoint ${file} cannot be read: ${fileProblem(error)}`);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Fills bytes with what a file has from a place on. */
async function readInto<B extends Uint8Array>(handle: FileHandle, bytes: B, start: number): Promise<B> {
  for (let done = 0; done < bytes.length; ) {
    const most = Math.min(MOST_AT_ONCE, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, most, start + done);
    if (bytesRead === 0) throw new Error("it is too short");
    done += bytesRead;
  }
  return bytes;
}
