/** A picture, a file or its bytes, shrunk to a width in pixels, as .png. Rejects what is no picture. */
export async function thumbnailOf(picture: string | Buffer, width: number): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  return await sharp(picture)
    .rotate()
    .resize({ width, withoutEnlargement: true })
    .toColourspace("srgb")
    .withIccProfile("srgb")
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Width and height as they are shown, `3000×2000`; undefined where it is no picture. */
export async function sizeOfPicture(file: string): Promise<string | undefined> {
  const { default: sharp } = await import("sharp");
  try {
    const { autoOrient } = await sharp(file).metadata();
    return `${autoOrient.width}×${autoOrient.height}`;
  } catch {
    return undefined;
  }
}
