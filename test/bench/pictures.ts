/**
 * How long the event loop is held up at most while pictures are turned into half-blocks: on the thread that the
 * interface has for it, and if it did so itself. `npm run bench:pictures`
 */
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { drawLandscape } from "../../daemon/demo/pictures.ts";
import { toBytes } from "../../daemon/image/planes.ts";
import { PictureWorker } from "../../tui/terminal/pictures/worker.ts";
import { useColours } from "../../tui/terminal/use-colours.ts";

const PICTURES = 10;
useColours("truecolor");
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Processor time of this thread in milliseconds: other programs' load does not count. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Most work between two turns of the loop while `work` is done, and how long that took, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<{ block: number; whole: number }> {
  let [block, isDone] = [0, false];
  const begin = performance.now();
  let last = threadTime();
  const turn = () => {
    const now = threadTime();
    block = Math.max(block, now - last);
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  await setTimeout(0);
  turn();
  return { block, whole: performance.now() - begin };
}

const planes = drawLandscape();
const worker = new PictureWorker("truecolor");
for (const [columns, rows] of [
  [60, 30],
  [150, 45],
] as const) {
  const png = await sharp(toBytes(planes), {
    raw: { width: planes.width, height: planes.height, channels: 3 },
  })
    .resize({ width: columns })
    .png()
    .toBuffer();
  Object.assign(process.stdout, { columns: 1000, rows: 1000 });
  const inThread = async () =>
    await worker.toCells({
      canvas: 1,
      picture: png,
      area: { left: 0, top: 0, columns, rows },
      cell: { width: 8, height: 16 },
      isFresh: true,
      isAscii: false,
    });
  const here = async () => {
    const { default: terminalImage } = await import("terminal-image");
    await terminalImage.buffer(png, { width: columns, height: rows, preferNativeRender: false });
  };
  for (const [name, work] of [
    ["thread", inThread],
    ["itself", here],
  ] as const) {
    const first = await longestBlock(work);
    const later: { block: number; whole: number }[] = [];
    for (let i = 0; i < PICTURES; i++) later.push(await longestBlock(work));
    const most = (key: "block" | "whole") => Math.max(...later.map((one) => one[key])).toFixed(1);
    say(
      `${columns}×${rows} ${name}: loop held up ${most("block")} ms at most (first picture ${first.block.toFixed(1)}), picture ready after ${most("whole")} ms at most (first ${first.whole.toFixed(1)})`,
    );
  }
}
await worker.close();
