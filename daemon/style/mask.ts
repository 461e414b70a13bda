import type { Planes } from "../image/planes.ts";
import { keptPerSize } from "./per-size.ts";
import type { Pictures } from "./pictures.ts";

/** Lays a painted picture on the photo where the mask is light, in planes of its own; without a mask it stays as it is. */
export function onPhoto({ content, mask }: Pictures): (painted: Planes) => Promise<Planes> {
  if (mask === undefined) return async (painted) => await Promise.resolve(painted);
  const photoAt = keptPerSize(async (size) => await content.decodeTo(size));
  const sharesAt = keptPerSize(async (size) => sharesOf(await mask.decodeTo(size)));
  return async ({ height, width, data: painted }) => {
    const size = { height, width };
    const [photo, shares] = [await photoAt(size), await sharesAt(size)];
    const area = height * width;
    const data = photo.data.slice();
    for (let channel = 0; channel < 3; channel++)
      for (let i = 0; i < area; i++) {
        const at = channel * area + i;
        const own = photo.data[at] as number;
        data[at] = own + (shares[i] as number) * ((painted[at] as number) - own);
      }
    return { ...size, data };
  };
}

/** How much of each pixel is painted, from 0 to 1. */
function sharesOf({ height, width, data }: Planes): Float32Array {
  const area = height * width;
  const shares = new Float32Array(area);
  for (let i = 0; i < area; i++)
    shares[i] =
      ((data[i] as number) + (data[area + i] as number) + (data[2 * area + i] as number)) / (3 * 255);
  return shares;
}
