import { Buffer } from "node:buffer";

const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** In the place of file-type, which knows hundreds. */
export function fileTypeFromBuffer(file: Uint8Array): { mime: string } | undefined {
  return PNG_SIGNATURE.equals(file.subarray(0, PNG_SIGNATURE.length)) ? { mime: "image/png" } : undefined;
}
