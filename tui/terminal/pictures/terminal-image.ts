import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { programFile } from "../../../shared/programs.ts";

const own = pathToFileURL(programFile("png-jimp")).href;
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "jimp" ? { url: own, shortCircuit: true } : next(specifier, context),
});
/**
 * terminal-image for pictures in .png, the only ones that are drawn here: jimp's other formats and its filters would
 * cost 18 MB and a third of a second.
 */
export const { default: terminalImage } = await import("terminal-image");
hooks.deregister();
