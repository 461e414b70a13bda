/**
 * `npm run bench:tui -- [--only first,keys,idle,stream,many] [--json FILE]`: how fast the terminal interface is
 * there, how fast it answers, and what it costs. Ends with 1 where a number is above its limit.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { smallPictures } from "../../support/pictures.ts";
import { type Figure, isMissed, lineOf } from "./figure.ts";
import { measureFirst } from "./first.ts";
import { measureIdle } from "./idle.ts";
import { measureKeys } from "./keys.ts";
import { measureMany } from "./many.ts";
import { measureStream } from "./stream.ts";

const MEASUREMENTS = {
  first: measureFirst,
  keys: measureKeys,
  idle: measureIdle,
  stream: measureStream,
  many: measureMany,
} as const;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(MEASUREMENTS).join(",") },
    json: { type: "string" },
  },
});
const all: Record<string, readonly Figure[]> = {};
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (!values.only.split(",").includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const folder = mkdtempSync(join(tmpdir(), "atelier-bench-"));
  try {
    const figures = await measure(folder, await smallPictures(folder, 320));
    all[name] = figures;
    for (const figure of figures) process.stdout.write(`${lineOf(figure)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
process.exitCode = Object.values(all).flat().some(isMissed) ? 1 : 0;
