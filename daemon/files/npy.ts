/**
 * Header of a .npy file, version 1.0, of little-endian float32 in C order; padded so that the data
 * begins at a multiple of `alignment` bytes (64 today, 16 in files of old numpy).
 */
export function npyHeader(shape: readonly number[], alignment: 16 | 64): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefix = 10;
  const padding = alignment - ((prefix + text.length + 1) % alignment);
  const padded = `${text}${" ".repeat(padding)}\n`;
  const header = Buffer.alloc(prefix + padded.length);
  header.write("\x93NUMPY\x01\x00", "latin1");
  header.writeUInt16LE(padded.length, 8);
  header.write(padded, prefix, "latin1");
  return header;
}

/** An array as the bytes of a .npy file. */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Buffer {
  return Buffer.concat([npyHeader(shape, 64), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
