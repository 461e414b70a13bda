import { parentPort, workerData } from "node:worker_threads";
import { imageDimensionsFromData } from "image-dimensions";
import { messageOf } from "../../../shared/errors.ts";
import { useColours } from "../use-colours.ts";
import { type Area, fit } from "./area.ts";
import { type Cell, drawDifference, parseCells } from "./cells.ts";
import { to256 } from "./palette.ts";
import type { Answer, CellsTask, Request, Task, ThreadData } from "./worker.ts";

const BLANK: Cell = { text: " ", foreground: "", background: "" };
const JPEG_QUALITY = 85;
/** What each canvas shows. */
const drawn = new Map<number, Cell[][]>();

const { colours } = workerData as ThreadData;
useColours(colours === "256" ? "truecolor" : colours);
// The library keeps pictures within the screen that it thinks it is on; areas are within ours already.
Object.assign(process.stdout, { columns: 10_000, rows: 10_000 });

parentPort?.on("message", ({ id, task }: Request) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const answer = (message: Answer) => parentPort?.postMessage(message);
  perform(task).then(
    (result) => answer({ id, result }),
    (error: unknown) => answer({ id, error: messageOf(error) }),
  );
});

async function perform(task: Task): Promise<unknown> {
  switch (task.kind) {
    case "cells":
      return await drawCells(task.task);
    case "forget":
      return drawn.delete(task.canvas);
    case "jpeg": {
      const { default: sharp } = await import("sharp");
      return await sharp(task.picture).jpeg({ quality: JPEG_QUALITY }).toBuffer();
    }
  }
}

async function drawCells({ canvas, picture, area, cell, isFresh, isAscii }: CellsTask): Promise<string[]> {
  const size = imageDimensionsFromData(picture);
  if (size === undefined) throw new Error("not a picture");
  const box = fit(size, area, cell);
  const cells = await toCells(picture, box);
  const framed = inArea(isAscii ? cells.map((row) => row.map(toBackground)) : cells, box, area);
  const before = isFresh ? [] : (drawn.get(canvas) ?? []);
  drawn.set(canvas, framed);
  return drawDifference(before, framed, area.left, area.top);
}

async function toCells(picture: Uint8Array, { columns, rows }: Area): Promise<Cell[][]> {
  const { terminalImage } = await import("./terminal-image.ts");
  const text = await terminalImage.buffer(picture, {
    width: columns,
    height: rows,
    preserveAspectRatio: false,
    preferNativeRender: false,
  });
  const cells = text.split("\n").map(parseCells);
  return colours === "256" ? cells.map((row) => row.map(to256)) : cells;
}

function toBackground({ background }: Cell): Cell {
  return { ...BLANK, background };
}

function inArea(cells: readonly Cell[][], box: Area, area: Area): Cell[][] {
  const [left, top] = [box.left - area.left, box.top - area.top];
  return Array.from({ length: area.rows }, (_, y) =>
    Array.from({ length: area.columns }, (__, x) => cells[y - top]?.[x - left] ?? BLANK),
  );
}
