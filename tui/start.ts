import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { homeFolder } from "../shared/home.ts";

/** The `atelier` command from its first moment on. */
export async function start(argv: readonly string[]): Promise<void> {
  // Compiled code is kept, for the first screen to come sooner; threads and the daemon inherit it. An empty name would
  // be the folder that we are in.
  process.env["NODE_COMPILE_CACHE"] ||= join(homeFolder("cache"), "code");
  enableCompileCache(process.env["NODE_COMPILE_CACHE"]);
  const { main } = await import("./main.ts");
  await main(argv);
}
