import { join } from "node:path";

/** The project's root: from the sources, or from among the programs that are built. */
const ROOT = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "../.." : "..");

/** The command and the daemon as they are built, which is what users run. */
export const BIN = join(ROOT, "bin/atelier.js");
export const DAEMON = join(ROOT, "dist/daemon.js");
/** PyTorch's side of comparisons. */
export const PEERS = join(ROOT, "test/bench/peers/peers.py");
