import { join } from "node:path";
import sharp from "sharp";
import { drawLandscape, drawPainting } from "../../daemon/demo/pictures.ts";
import { toBytes } from "../../daemon/image/planes.ts";

/** Writes a small photo and a small painting into a folder. */
export async function smallPictures(
  folder: string,
  contentWidth = 75,
): Promise<{ content: string; style: string }> {
  const files = { content: join(folder, "photo.png"), style: join(folder, "painting.png") };
  for (const [file, planes, width] of [
    [files.content, drawLandscape(), contentWidth],
    [files.style, drawPainting(), 61],
  ] as const)
    await sharp(toBytes(planes), { raw: { width: planes.width, height: planes.height, channels: 3 } })
      .resize({ width })
      .png()
      .toFile(file);
  return files;
}
