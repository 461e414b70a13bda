#!/usr/bin/env node
// Plain JavaScript for any Node, so that one that is too old says so instead of failing on syntax.
const NEEDED = 24;
if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  console.error(
    `atelier needs Node ${NEEDED} or newer and this is ${process.version} (${process.execPath}).`,
  );
  process.exitCode = 1;
} else {
  import("../dist/atelier.js")
    .then(({ start }) => start(process.argv))
    .catch((error) => {
      console.error(`atelier could not start: ${error.message}\nIn a checkout, run: npm run build`);
      process.exitCode = 1;
    });
}
