import { type FileHandle, open } from "node:fs/promises";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { writeDurably } from "./durable-write.ts";

const LENGTH_BYTES = 4;
/** The system reads no more than 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 30;

/** A small JSON value and named float32 vectors in one file: header length (uint32), header, numbers. Gives its bytes. */
export async function writeVectors(
  file: string,
  meta: unknown,
  vectors: Readonly<Record<string, Float32Array>>,
): Promise<number> {
  const entries = Object.entries(vectors).map(([name, { length }]) => [name, length] as const);
  const header = Buffer.from(JSON.stringify({ meta, vectors: entries }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  // Piece by piece: together they may be larger than a buffer may be.
  const pieces = [length, header, ...Object.values(vectors).map(bytesOf)];
  await writeDurably(file, pieces, 0o600);
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Reads what `writeVectors` wrote. Throws a UserError where the file is missing or not whole. */
export async function readVectors(
  file: string,
): Promise<{ meta: unknown; vectors: Record<string, Float32Array> }> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    const length = await readInto(handle, Buffer.alloc(LENGTH_BYTES));
    let left = size - LENGTH_BYTES;
    const take = (bytes: number) => {
      left -= bytes;
      if (left < 0) throw new Error("it is too short");
      return bytes;
    };
    const header = await readInto(handle, Buffer.alloc(take(length.readUInt32LE())));
    const { meta, vectors: entries } = JSON.parse(header.toString()) as {
      meta: unknown;
      vectors: [string, number][];
    };
    const vectors: Record<string, Float32Array> = {};
    for (const [name, numbers] of entries) {
      take(numbers * Float32Array.BYTES_PER_ELEMENT);
      const vector = new Float32Array(numbers);
      await readInto(handle, bytesOf(vector));
      vectors[name] = vector;
    }
    if (left !== 0) throw new Error("it is too long");
    return { meta, vectors };
  } catch (error) {
    throw new UserError(`the checkpoint ${file} cannot be read: ${fileProblem(error)}`);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Fills bytes with what comes next in a file. */
async function readInto<B extends Uint8Array>(handle: FileHandle, bytes: B): Promise<B> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(MOST_AT_ONCE, bytes.length - done));
    if (bytesRead === 0) throw new Error("it is too short");
    done += bytesRead;
  }
  return bytes;
}
