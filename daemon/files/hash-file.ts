import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** A file's hash in hexadecimal, without holding the file in memory. */
export async function hashFile(algorithm: "md5" | "sha256", file: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
