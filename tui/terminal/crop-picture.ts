/** A part of a picture: its place and extent as shares of the whole, 0 to 1. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly extent: number;
}

export const WHOLE_PART: Part = { left: 0, top: 0, extent: 1 };

/** Cuts a part out of a .png or .jpeg. */
export async function cropPicture(picture: Buffer, { left, top, extent }: Part): Promise<Buffer> {
  if (extent >= 1) return picture;
  const { default: sharp } = await import("sharp");
  const image = sharp(picture);
  const { width, height } = await image.metadata();
  const [across, down] = [Math.max(1, Math.round(width * extent)), Math.max(1, Math.round(height * extent))];
  return await image
    .extract({
      left: Math.min(width - across, Math.round(width * left)),
      top: Math.min(height - down, Math.round(height * top)),
      width: across,
      height: down,
    })
    .png()
    .toBuffer();
}

/** Half of what is shown, or twice as much, around the same middle. */
export function zoomPart({ left, top, extent }: Part, factor: number): Part {
  const next = Math.min(1, Math.max(1 / 16, extent * factor));
  return within({ left: left + (extent - next) / 2, top: top + (extent - next) / 2, extent: next });
}

/** A quarter of what is shown to a side. */
export function movePart({ left, top, extent }: Part, across: number, down: number): Part {
  return within({ left: left + (across * extent) / 4, top: top + (down * extent) / 4, extent });
}

function within({ left, top, extent }: Part): Part {
  const most = 1 - extent;
  return { left: Math.min(most, Math.max(0, left)), top: Math.min(most, Math.max(0, top)), extent };
}
