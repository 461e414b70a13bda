#!/usr/bin/env node
// Plain JavaScript for any Node, so that one that is too old says so instead of failing on syntax.
const NEEDED = 24;
if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  console.error(
    `atelier needs Node ${NEEDED} or newer and this is ${process.version} (${process.execPath}).`,
  );
  process.exitCode = 1;
} else {
  start().catch((error) => {
    console.error(`atelier could not start: ${error.message}\nIn a checkout, run: npm run build`);
    process.exitCode = 1;
  });
}

async function start() {
  const [{ enableCompileCache }, path, { homeFolder }] = await Promise.all([
    import("node:module"),
    import("node:path"),
    import("../dist/shared/home.js"),
  ]);
  // Compiled code is kept, for the first screen to come sooner; threads and the daemon inherit it. An empty name would
  // be the folder that we are in.
  process.env.NODE_COMPILE_CACHE ||= path.join(homeFolder("cache"), "code");
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const { main } = await import("../dist/tui/main.js");
  await main(process.argv);
}
