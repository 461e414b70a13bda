import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { Retries } from "./test/support/retries.ts";
import { Sequencer } from "./test/support/sequencer.ts";

const { NO_PROXY, no_proxy = NO_PROXY } = process.env;
const direct = [no_proxy, "127.0.0.1", "localhost"].filter(Boolean).join(",");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Who waits for a screen or a daemon leaves half of two cores idle, and one of the three computes at a low priority.
    maxWorkers: 3,
    sequence: { sequencer: Sequencer },
    globalSetup: ["test/support/left-folders.ts"],
    setupFiles: ["test/support/give-way.ts"],
    pool: "forks",
    // Each home would keep compiled code of its own, and hundreds of processes compile the program anew.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/atelier-code"),
      // Whoever runs them may have another: what is written is looked for in Unicode.
      LANG: "C.UTF-8",
      LC_ALL: "",
      LC_CTYPE: "",
      // Servers of tests are on this machine, and no proxy knows them.
      NO_PROXY: direct,
      no_proxy: direct,
    },
    // The longest takes a minute and a half where others use the machine as well.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // A machine that others use may hold up anything for seconds; what fails three times in a row is broken.
    reporters: ["default", new Retries()],
    retry: process.env["CI"] === undefined ? 0 : 2,
  },
});
