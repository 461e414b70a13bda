import { readFileSync } from "node:fs";

/** Reads a float32 .npy file: its shape and its numbers. */
export function readNpy(file: string): { shape: number[]; data: Float32Array } {
  const bytes = readFileSync(file);
  const headerEnd = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, headerEnd);
  if (!header.includes("'<f4'")) throw new Error(`${file} is not little-endian float32: ${header}`);
  const shape =
    /'shape': \(([^)]*)\)/
      .exec(header)?.[1]
      ?.split(",")
      .filter((part) => part.trim() !== "")
      .map(Number) ?? [];
  return {
    shape,
    data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + headerEnd, bytes.byteOffset + bytes.length)),
  };
}
