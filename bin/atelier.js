#!/usr/bin/env node
// Plain JavaScript for any Node: one that is too old hands over to the Node that came with the packages, or says so.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const OWN_NODE = `../node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`;

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  import("../dist/atelier.js")
    .then(({ start }) => start(process.argv))
    .catch((error) => {
      console.error(`atelier could not start: ${error.message}\nIn a checkout, run: npm run build`);
      process.exitCode = 1;
    });
} else {
  const node = fileURLToPath(new URL(OWN_NODE, import.meta.url));
  if (existsSync(node)) handOver(node);
  else {
    console.error(
      `atelier needs Node ${NEEDED} or newer and this is ${process.version} (${process.execPath}).`,
    );
    process.exitCode = 1;
  }
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal says this to the child as well, and most have ended then before they hear of it twice.
  process.on("SIGINT", () => {
    setTimeout(() => child.kill("SIGINT"), process.stdin.isTTY ? 200 : 0).unref();
  });
  const signals = ["SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`atelier could not start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const one of [...signals, "SIGINT"]) process.removeAllListeners(one);
    process.kill(process.pid, signal);
  });
}
