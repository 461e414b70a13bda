import type { Crop } from "../../shared/crop.ts";
import { UserError } from "../../shared/errors.ts";
import type { Size } from "./planes.ts";

export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

/** The rectangle that a crop takes out of a picture. Throws when it would reach outside. */
export function cropRectangle(crop: Crop, picture: Size, file: string): Rectangle {
  if (crop.kind === "aspect") {
    const scale = Math.min(picture.width / crop.width, picture.height / crop.height);
    const width = Math.max(1, Math.round(crop.width * scale));
    const height = Math.max(1, Math.round(crop.height * scale));
    return {
      left: Math.floor((picture.width - width) / 2),
      top: Math.floor((picture.height - height) / 2),
      width,
      height,
    };
  }
  if (crop.left + crop.width > picture.width || crop.top + crop.height > picture.height)
    throw new UserError(
      `${file}: the crop ${crop.left},${crop.top},${crop.width}x${crop.height} reaches outside the picture, which is ${picture.width}×${picture.height}`,
    );
  return crop;
}
