/** Picture files that no library writes: with numbers, sizes or profiles of our choice. */
import { crc32, deflateSync } from "node:zlib";

/** Greys from 0 to 255 side by side, each 16 × 16. */
export function greyPng(bits: 8 | 16, greys: readonly number[], profile: Buffer): Buffer {
  const samples = greys.flatMap((grey) => Array.from({ length: (16 * bits) / 8 }, () => grey));
  const row = Buffer.from([0, ...samples]);
  const head = { width: 16 * greys.length, height: 16, bits, colourType: 0 };
  return png(head, Buffer.concat(Array.from({ length: 16 }, () => row)), profile);
}

interface PngHead {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly colourType: number;
}

export function png({ width, height, bits, colourType }: PngHead, rows: Buffer, profile?: Buffer): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
  };
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.concat([uint32(width), uint32(height), Buffer.from([bits, colourType, 0, 0, 0])])),
    ...(profile === undefined
      ? []
      : [chunk("iCCP", Buffer.concat([Buffer.from("grey\0\0", "latin1"), deflateSync(profile)]))]),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A white picture of 32 × 32 numbers of 32 bits. */
export function tiff(channels: 1 | 3, numbers: "float" | "uint", profile: Buffer = Buffer.alloc(0)): Buffer {
  const side = 32;
  const data = Buffer.alloc(4 * channels * side * side);
  for (let i = 0; i < data.length; i += 4)
    if (numbers === "float") data.writeFloatLE(1, i);
    else data.writeUInt32LE(0xffff_ffff, i);
  const [SHORT, LONG, BYTES] = [3, 4, 7];
  const header = 8;
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, side],
    [257, LONG, 1, side],
    // One for all channels.
    [258, SHORT, 1, 32],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, channels === 1 ? 1 : 2],
    [273, LONG, 1, header],
    [277, SHORT, 1, channels],
    [278, LONG, 1, side],
    [279, LONG, 1, data.length],
    [339, SHORT, 1, numbers === "float" ? 3 : 1],
    ...(profile.length > 0
      ? [[34_675, BYTES, profile.length, header + data.length] as [number, number, number, number]]
      : []),
  ];
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(type, 4 + 12 * i);
    directory.writeUInt32LE(count, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  }
  const head = Buffer.from("II*\0\0\0\0\0", "latin1");
  head.writeUInt32LE(header + data.length + profile.length, 4);
  return Buffer.concat([head, data, profile, directory]);
}

/** An ICC profile in which half the number is half the light. */
export function linearGrey(): Buffer {
  const d50 = [0.9642, 1, 0.8249].map((value) => uint32(Math.round(value * 65_536)));
  const whitePoint = Buffer.concat([Buffer.from("XYZ \0\0\0\0", "latin1"), ...d50]);
  const curve = Buffer.from("curv\0\0\0\0\0\0\0\0", "latin1");
  const tags = Buffer.concat([
    uint32(2),
    Buffer.from("wtpt", "latin1"),
    uint32(128 + 28),
    uint32(whitePoint.length),
    Buffer.from("kTRC", "latin1"),
    uint32(128 + 28 + whitePoint.length),
    uint32(curve.length),
    whitePoint,
    curve,
  ]);
  const header = Buffer.alloc(128);
  header.writeUInt32BE(128 + tags.length, 0);
  header.writeUInt32BE(0x0210_0000, 8);
  header.write("mntrGRAYXYZ ", 12, "latin1");
  header.write("acsp", 36, "latin1");
  Buffer.concat(d50).copy(header, 68);
  return Buffer.concat([header, tags]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
