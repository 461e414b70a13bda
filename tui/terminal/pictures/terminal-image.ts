import { registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";

// Loaded already when it is asked for by its path.
await import("./png-jimp.ts");
const own = pathToFileURL(`${import.meta.dirname}/png-jimp${extname(import.meta.filename)}`).href;
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
