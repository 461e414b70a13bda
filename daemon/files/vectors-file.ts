import { readFile } from "node:fs/promises";
import { UserError } from "../../shared/errors.ts";
import { writeDurably } from "./durable-write.ts";

/** A small JSON value and named float32 vectors in one file: header length (uint32), header, numbers. */
export async function writeVectors(
  file: string,
  meta: unknown,
  vectors: Readonly<Record<string, Float32Array>>,
): Promise<number> {
  const entries = Object.entries(vectors).map(([name, { length }]) => [name, length] as const);
  const header = Buffer.from(JSON.stringify({ meta, vectors: entries }));
  const padded = Buffer.concat([header, Buffer.alloc((4 - (header.length % 4)) % 4, " ")]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  const bodies = Object.values(vectors).map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const bytes = Buffer.concat([length, padded, ...bodies]);
  await writeDurably(file, bytes, 0o600);
  return bytes.length;
}

/** Reads what `writeVectors` wrote. Throws a UserError where the file is missing or not whole. */
export async function readVectors(
  file: string,
): Promise<{ meta: unknown; vectors: Record<string, Float32Array> }> {
  try {
    const bytes = await readFile(file);
    const start = 4 + bytes.readUInt32LE(0);
    const { meta, vectors: entries } = JSON.parse(bytes.toString("utf8", 4, start)) as {
      meta: unknown;
      vectors: [string, number][];
    };
    const vectors: Record<string, Float32Array> = {};
    let offset = start;
    for (const [name, length] of entries) {
      // A copy of its own, as a view would need an aligned place.
      vectors[name] = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * length),
      );
      offset += 4 * length;
    }
    if (offset !== bytes.length) throw new Error("its length is wrong");
    return { meta, vectors };
  } catch (error) {
    throw new UserError(
      `the checkpoint ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
