import { createJimp } from "@jimp/core";
import png from "@jimp/js-png";
import { methods } from "@jimp/plugin-resize";

/** What terminal-image needs of jimp for pictures in .png. */
export const Jimp = createJimp({ formats: [png], plugins: [methods] });
export { intToRGBA } from "@jimp/utils";
