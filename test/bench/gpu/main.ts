/**
 * `npm run check:gpu [-- --json FILE]`: every GPU device that works here against the CPU, and its speed. Without a
 * GPU the same runs on SwiftShader at 32 px, so that the check itself is tested.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { smallPictures } from "../../support/pictures.ts";
import { lendSwiftShader } from "../../support/swiftshader.ts";
import { ask } from "./ask.ts";
import { measureParity } from "./parity.ts";
import { markdown, type Row } from "./report.ts";
import { soak } from "./soak.ts";
import { measureSpeed } from "./speed.ts";

const { values } = parseArgs({ options: { json: { type: "string" } } });
const home = mkdtempSync(join(tmpdir(), "atelier-gpu-"));
try {
  lendSwiftShader(home);
  const { devices } = await ask<{ devices: { id: string; works: boolean }[] }>(["doctor"], home);
  const gpus = devices.filter(({ id, works }) => works && /webgpu|cuda/.test(id)).map(({ id }) => id);
  const [checked, sizes] = gpus.length > 0 ? [gpus, [512, 1024, 2048]] : [["onnx/swiftshader"], [32]];
  const side = Math.min(256, sizes[0] as number);
  const files = await smallPictures(home);
  const picture = join(home, "square.png");
  await sharp(files.content).resize(side, side).png().toFile(picture);
  const painting = await sharp(files.style).resize(side, side).png().toBuffer();
  writeFileSync(files.style, painting);
  const rows: Row[] = [];
  for (const device of checked) {
    rows.push(...(await measureParity(device, home, picture)));
    for (const size of sizes) rows.push(await measureSpeed(device, home, size));
    const length = gpus.length > 0 ? { size: 512, seconds: 600 } : { size: 32, seconds: 20 };
    rows.push(await soak(device, home, files, length));
  }
  process.stdout.write(markdown(rows));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (rows.some(({ isGood }) => !isGood)) process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
