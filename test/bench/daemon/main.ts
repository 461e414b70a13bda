/**
 * `npm run bench:daemon -- [--minutes 10] [--only overhead,devices,clients,steering,history]`: what the daemon
 * costs, how it bears many clients, how fast a change is in effect, and how it does with a long history.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { smallPictures } from "../../support/pictures.ts";
import { measureClients } from "./clients.ts";
import { measureTwoDevices } from "./devices.ts";
import { measureHistory } from "./history.ts";
import { measureOverhead } from "./overhead.ts";
import { measureSteering } from "./steering.ts";

const MEASUREMENTS = {
  overhead: measureOverhead,
  devices: async (folder: string, pictures: Parameters<typeof measureTwoDevices>[1]) =>
    await measureTwoDevices(folder, pictures),
  steering: measureSteering,
  history: measureHistory,
  clients: measureClients,
} as const;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    only: { type: "string", default: Object.keys(MEASUREMENTS).join(",") },
  },
});
const folder = mkdtempSync(join(tmpdir(), "atelier-bench-"));
const pictures = await smallPictures(folder, 320);
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (!values.only.split(",").includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const result = await measure(folder, pictures, Number(values.minutes));
  process.stdout.write(`${JSON.stringify({ [name]: result }, null, 2)}\n`);
}
rmSync(folder, { recursive: true, force: true });
