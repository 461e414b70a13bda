import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { startBenched } from "../daemon/process.ts";
import { BenchedTerminal } from "./benched-terminal.ts";
const folder = mkdtempSync("/tmp/leak-");
const home = join(folder, "h");
await using daemon = await startBenched(home);
const pictures = await smallPictures(folder, 320);
const { id } = await daemon.client.request("add", addParams(smallRecipe(pictures, { size: 48, iterations: 1_000_000 })));
await untilIteration(daemon.client, id, 10);
const app = new BenchedTerminal(home, { columns: 160, rows: 50 });
await app.until(() => app.text().includes("▄▄▄"));
for (let i = 0; i < Number(process.argv[2] ?? 10); i++) { await setTimeout(15000); console.log(i * 15 + 15, "s", (app.residentBytes().now / 1e6).toFixed(1), "MB", app.cpuSeconds()); }
process.exit(0);
