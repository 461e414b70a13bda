import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { appendFile, open, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import {
  inMemory,
  readVectors,
  type VectorSource,
  writeVectors,
} from "../../../daemon/files/vectors-file.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const META = { made: "by a test" };

test("what is written is read, and a file that is not whole is refused", async () => {
  const file = join(folder, "small");
  const vectors = {
    a: Float32Array.of(1, 2.5),
    none: new Float32Array(),
    b: Float32Array.of(-3).subarray(0),
  };
  const sources = Object.entries(vectors).map(([name, vector]) => [name, inMemory(vector)] as const);
  const bytes = await writeVectors(file, META, Object.fromEntries(sources));
  expect((await stat(file)).size).toBe(bytes);
  const read = await readVectors(file);
  expect(read.meta).toEqual(META);
  for (const [name, vector] of Object.entries(vectors))
    expect(await read.vectors[name]?.read()).toEqual(vector);
  await appendFile(file, "x");
  await expect(readVectors(file)).rejects.toThrow(`the checkpoint ${file} cannot be read: it is too long`);
  await truncate(file, bytes - 1);
  await expect(readVectors(file)).rejects.toThrow("it is too short");
  await truncate(file, 2);
  await expect(readVectors(file)).rejects.toThrow("it is too short");
  await expect(readVectors(join(folder, "none"))).rejects.toThrow("there is no such file");
});

test("a checkpoint may be larger than what can be read at once", async () => {
  // Two of them are just more than 2 GiB.
  const numbers = 2 ** 28 + 2 ** 10;
  const header = Buffer.from(
    JSON.stringify({ meta: META, vectors: ["a", "b"].map((name) => [name, numbers]) }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  // Where there is such a place, holes of a file cost nothing to read.
  const memory = "/dev/shm";
  const place = existsSync(memory) ? mkdtempSync(join(memory, "atelier-test-")) : folder;
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const file = join(place, "large");
  {
    await using handle = await open(file, "w");
    await handle.writeFile(Buffer.concat([length, header]));
    // The disk holds the last number alone.
    await handle.write(new Uint8Array(Float32Array.of(7).buffer), 0, 4, 4 + header.length + 8 * numbers - 4);
  }
  const { vectors } = await readVectors(file);
  expect((await vectors["b"]?.read())?.at(-1)).toBe(7);
  expect(vectors["a"]).toHaveLength(numbers);
});

test("of many vectors one at a time is in memory, when they are written and when they are read", async () => {
  const file = join(folder, "many");
  let reading = 0;
  const source = (value: number): VectorSource => ({
    length: 4,
    read: async () => {
      expect(++reading).toBe(1);
      await setImmediate();
      reading--;
      return new Float32Array(4).fill(value);
    },
  });
  await writeVectors(file, META, { a: source(1), b: source(2), c: source(3) });
  const { vectors } = await readVectors(file);
  await truncate(file, 0);
  // Nothing was read ahead.
  await expect(vectors["b"]?.read()).rejects.toThrow("it is too short");
});
