import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// For the sources; what is built has it in jimp's place already.
const own = pathToFileURL(join(import.meta.dirname, "jimp/png-jimp.ts")).href;
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
