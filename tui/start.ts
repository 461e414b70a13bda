import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { homeFolder } from "../shared/home.ts";
import { makeFolderSync } from "../shared/make-folder.ts";

/** The `atelier` command from its first moment on. */
export async function start(argv: readonly string[]): Promise<void> {
  keepCompiledCode();
  const { main } = await import("./main.ts");
  await main(argv);
}

/** For the first screen to come sooner; threads and the daemon inherit it. */
function keepCompiledCode(): void {
  // An empty name would be the folder that we are in.
  process.env["NODE_COMPILE_CACHE"] ||= join(homeFolder("cache"), "code");
  try {
    // Node's own way of making it does not end everywhere.
    makeFolderSync(process.env["NODE_COMPILE_CACHE"], 0o700);
  } catch {
    // All works without, and whoever needs the home says what is wrong with it.
    delete process.env["NODE_COMPILE_CACHE"];
    return;
  }
  enableCompileCache(process.env["NODE_COMPILE_CACHE"]);
}
