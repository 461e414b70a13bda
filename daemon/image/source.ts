import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import sharp, { type Metadata, type Sharp } from "sharp";
import type { Crop } from "../../shared/crop.ts";
import { fileProblem, messageOf, UserError } from "../../shared/errors.ts";
import { openPictureFile } from "../../shared/input-file.ts";
import { cropRectangle } from "./crop.ts";
import { type Pixels, type Planes, type Size, toPlanes } from "./planes.ts";

/** Formats that are read. SVG and PDF are programs rather than pictures and are refused. */
const FORMATS = new Set(["jpeg", "png", "webp", "heif", "avif", "tiff", "gif"]);
const FORMAT_NAMES = "PNG, JPEG, WebP, AVIF, TIFF or GIF";
/** How a HEIF file with H.265 in it begins, as phones write it; sharp comes without a decoder for that. */
const HEIC = /^.{4}ftyp.{0,24}(hei|hev)[cmsx]/s;
/** A picture may unpack to this many pixels; a decompression bomb ends here. */
const MAX_PIXELS = 200e6;
/** Below this a picture vanishes in the network's four poolings. */
export const MIN_SIDE = 16;
const DECODE_SECONDS = 120;
const HASH_SLICE_BYTES = 4 << 20;

/** A picture file that was read and found good; it is decoded anew at every size that is asked for. */
export interface PictureSource extends Size {
  readonly file: string;
  readonly sha256: string;
  /** Before the crop. */
  readonly whole: Size;
  /** Decodes with the longest side at `longest`, or at its own size when it is smaller. */
  decode(longest: number): Promise<Planes>;
  /** Decodes to exactly this size. */
  decodeTo(size: Size): Promise<Planes>;
}

export interface PictureFile extends PictureSource {
  /** As `decode`, for looking at. */
  pixels(longest: number): Promise<Pixels>;
}

/**
 * Opens a picture: turned as its EXIF says, converted to sRGB by its profile, transparency laid on
 * white, 8 bits per channel, first frame of an animation. Throws a UserError that names `file`: the path
 * itself, or what its owner calls a stored copy. `checkWhole` may refuse its size before the crop is looked at.
 */
export async function openPicture(
  path: string,
  crop: Crop | null = null,
  file = path,
  checkWhole: (whole: Size) => void = () => {},
): Promise<PictureFile> {
  const bytes = await readPictureFile(path, file);
  const metadata = await decoding(file, bytes, () => input(bytes).metadata());
  checkFormat(file, metadata);
  const whole = orientedSize(metadata);
  checkWhole(whole);
  const rectangle = crop === null ? { left: 0, top: 0, ...whole } : cropRectangle(crop, whole, file);
  if (shortestSide(rectangle) < MIN_SIDE)
    throw new UserError(
      `${file}: ${rectangle.width}×${rectangle.height} pixels${crop === null ? "" : " are left by the crop"}; every side needs at least ${MIN_SIDE}`,
    );

  const pixelsAt = async (size: Size): Promise<Pixels> =>
    await decoding(file, bytes, async () => {
      let picture = normalised(input(bytes), metadata);
      if (crop !== null) picture = picture.extract(rectangle);
      if (size.width !== rectangle.width || size.height !== rectangle.height)
        picture = picture.resize({ ...size, fit: "fill", kernel: "lanczos3" });
      return { ...size, data: await picture.raw({ depth: "uchar" }).toBuffer() };
    });
  const decodeTo = async (size: Size): Promise<Planes> => toPlanes(await pixelsAt(size));
  const source: PictureFile = {
    file,
    sha256: await sha256Of(bytes),
    whole,
    width: rectangle.width,
    height: rectangle.height,
    decodeTo,
    decode: async (longest) => await decodeTo(fit(rectangle, longest)),
    pixels: async (longest) => await pixelsAt(fit(rectangle, longest)),
  };
  // A damaged picture is refused here, before any work is done on its behalf.
  await pixelsAt(fit(rectangle, 64));
  return source;
}

/** The size with the longest side at most `longest`, aspect kept, never larger than the picture. */
export function fit({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The least longest side at which no side of a picture is below what the network needs. */
export function leastLongestSide(picture: Size): number {
  const longest = longestSide(picture);
  let side = Math.floor(((MIN_SIDE - 0.5) * longest) / shortestSide(picture));
  while (side < longest && shortestSide(fit(picture, side)) < MIN_SIDE) side++;
  return side;
}

export function longestSide({ width, height }: Size): number {
  return Math.max(width, height);
}

function shortestSide({ width, height }: Size): number {
  return Math.min(width, height);
}

/** The bytes of what should be a picture: `file` in errors. Throws a UserError where it can be none. */
export async function readPictureFile(path: string, file = path): Promise<Buffer> {
  await using handle = await openPictureFile(path, file);
  try {
    return await handle.readFile();
  } catch (error) {
    throw new UserError(`cannot read the picture ${file}: ${fileProblem(error)}`);
  }
}

/** Hashes in slices, so that whoever else shares this thread is not held up by a large file. */
async function sha256Of(bytes: Buffer): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.length; start += HASH_SLICE_BYTES) {
    hash.update(bytes.subarray(start, start + HASH_SLICE_BYTES));
    await setImmediate();
  }
  return hash.digest("hex");
}

function input(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error", sequentialRead: true });
}

function normalised(picture: Sharp, { space, depth, hasProfile }: Metadata): Sharp {
  const plain = picture
    .timeout({ seconds: DECODE_SECONDS })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb");
  // It lays what is transparent on the number 255, which is white in 8 bits alone.
  if (depth === "float") return plain.pipelineColourspace("srgb");
  if (!hasProfile) return plain;
  // sharp works on 16 bits with a profile in P3, and only with a wish for a profile comes back from there.
  if (space === "rgb16") return plain.withIccProfile("srgb");
  // Of 16 bits of grey it forgets the profile, unless they become 8 first.
  return space === "grey16" ? plain.pipelineColourspace("b-w") : plain;
}

function checkFormat(file: string, metadata: Metadata): void {
  const { format, depth, hasProfile, width, height, pages } = metadata;
  if (!FORMATS.has(format))
    throw new UserError(`${file}: ${format} files are not read; convert it to ${FORMAT_NAMES}`);
  if (!hasKnownColours(metadata))
    throw new UserError(
      `${file}: colours as ${depth}${hasProfile ? " with a profile" : ""} are not read; save it with 8 or 16 bits a channel`,
    );
  if (width * height > MAX_PIXELS)
    throw new UserError(
      `${file}: ${width}×${height}${pages ? ` (${pages} pages)` : ""} is more than ${MAX_PIXELS / 1e6} million pixels`,
    );
}

/** Of other numbers than those of 8 and 16 bits sharp does not know which is white, or loses that by their profile. */
function hasKnownColours({ depth, space, hasProfile }: Metadata): boolean {
  return depth === "uchar" || depth === "ushort" || (!hasProfile && /^(scrgb|lab)/.test(space));
}

function orientedSize({ width, height, orientation = 1 }: Metadata): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** sharp's messages name no file and speak of buffers. */
async function decoding<T>(file: string, bytes: Buffer, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: ${pictureProblem(messageOf(error), bytes)}`);
  }
}

/** What is wrong with a picture, from what sharp says of it and how it begins. */
export function pictureProblem(message: string, bytes: Buffer): string {
  if (HEIC.test(bytes.toString("latin1", 0, 36))) return "HEIC is not read here; convert it to JPEG or PNG";
  if (/pixel limit/i.test(message)) return `it unpacks to more than ${MAX_PIXELS / 1e6} million pixels`;
  if (/unsupported image format/i.test(message))
    return `not a picture in a known format, whatever its name says; expected ${FORMAT_NAMES}`;
  if (/timeout/i.test(message)) return `decoding took longer than ${DECODE_SECONDS} s`;
  const detail = message.replace(/^Input buffer has corrupt header:\s*/, "").split("\n")[0];
  return `the picture is damaged or cut short${detail ? ` (${detail})` : ""}`;
}
