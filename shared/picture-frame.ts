import { PICTURE_FORMATS, type PictureFormat } from "./requests.ts";

/** A picture of a job at a moment, as `watch` asks for: the only binary frame. */
export interface PictureFrame {
  readonly job: string;
  readonly iteration: number;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 10;

/** Length of the id (uint8), format (uint8), iteration (uint32), width and height (uint16), little endian; id; data. */
export function encodePictureFrame({ job, iteration, format, width, height, data }: PictureFrame): Buffer {
  const id = Buffer.from(job);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(id.length, 0);
  header.writeUInt8(PICTURE_FORMATS.indexOf(format), 1);
  header.writeUInt32LE(iteration, 2);
  header.writeUInt16LE(width, 6);
  header.writeUInt16LE(height, 8);
  return Buffer.concat([header, id, data]);
}

/** Throws a RangeError for a frame that is too short or of an unknown format. */
export function decodePictureFrame(frame: Buffer): PictureFrame {
  const start = HEADER_BYTES + frame.readUInt8(0);
  const format = PICTURE_FORMATS[frame.readUInt8(1)];
  if (format === undefined || frame.length < start) throw new RangeError("not a picture frame");
  return {
    job: frame.toString("utf8", HEADER_BYTES, start),
    iteration: frame.readUInt32LE(2),
    format,
    width: frame.readUInt16LE(6),
    height: frame.readUInt16LE(8),
    data: frame.subarray(start),
  };
}
