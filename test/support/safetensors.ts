import { writeFileSync } from "node:fs";

/** Writes float32 arrays as a .safetensors file. */
export function writeSafetensors(
  file: string,
  arrays: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[],
): void {
  let offset = 0;
  const header = Object.fromEntries(
    arrays.map(({ name, shape, data }) => {
      const entry = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
      offset += data.byteLength;
      return [name, entry];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const bodies = arrays.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  writeFileSync(file, Buffer.concat([length, text, ...bodies]));
}
