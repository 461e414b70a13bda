/**
 * The studio over a link of 100 KB/s with a delay, while a job runs whose pictures change: how long until a key
 * is answered on the screen, and how many bytes pass meanwhile. `npm run bench:link`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { BIN } from "../support/built.ts";
import { addParams, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { realRecipe } from "../support/recipes.ts";
import { quantile, startBenched } from "./daemon/process.ts";

const [COLUMNS, ROWS] = [160, 50];
const BYTES_PER_SECOND = 100_000;
const KEYS = 20;
/** As much as waits in the link itself. */
const LINK_BYTES = 8192;
const TICK_MS = 10;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The studio behind a link that passes so many bytes a second, each after a delay; the other way the delay alone. */
function openOverLink(home: string, args: readonly string[], oneWayMs: number) {
  const { CI: _ci, NO_COLOR: _noColor, ...env } = process.env;
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const pty = spawn(process.execPath, [BIN, ...args], {
    cols: COLUMNS,
    rows: ROWS,
    cwd: home,
    env: { ...env, TERM: "xterm-256color", COLORTERM: "truecolor", ATELIER_HOME: home },
  });
  let waiting = Buffer.alloc(0);
  let bytes = 0;
  pty.onData((data) => {
    waiting = Buffer.concat([waiting, Buffer.from(data)]);
    if (waiting.length > LINK_BYTES) pty.pause();
  });
  const timer = setInterval(() => {
    const passed = waiting.subarray(0, (BYTES_PER_SECOND * TICK_MS) / 1000);
    waiting = waiting.subarray(passed.length);
    bytes += passed.length;
    if (waiting.length <= LINK_BYTES) pty.resume();
    if (passed.length > 0) globalThis.setTimeout(() => terminal.write(passed), oneWayMs);
  }, TICK_MS);
  const press = (keys: string) => void globalThis.setTimeout(() => pty.write(keys), oneWayMs);
  terminal.onData(press);
  const text = () => {
    const { active } = terminal.buffer;
    return Array.from({ length: ROWS }, (_, y) => active.getLine(y)?.translateToString(true)).join("\n");
  };
  return {
    press,
    bytes: () => bytes,
    /** Milliseconds until the screen is so. */
    async until(isSo: (text: string) => boolean): Promise<number> {
      const begin = performance.now();
      while (!isSo(text())) await wait(5);
      return performance.now() - begin;
    },
    close() {
      clearInterval(timer);
      pty.kill("SIGKILL");
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), "atelier-link-"));
try {
  const pictures = await smallPictures(folder, 500);
  await using daemon = await startBenched(join(folder, "home"));
  const recipe = realRecipe(pictures, { size: 160, iterations: 100_000 });
  const { id } = await daemon.client.request("add", addParams(recipe));
  await untilIteration(daemon.client, id, 2);
  for (const pictureMode of ["blocks", "kitty", "iterm2"])
    for (const oneWayMs of [0, 100, 200]) {
      const app = openOverLink(join(folder, "home"), ["--pictures", pictureMode], oneWayMs);
      await app.until((text) => text.includes("Queue 1"));
      await wait(3000);
      const [begin, before] = [performance.now(), app.bytes()];
      const answers: number[] = [];
      for (let i = 0; i < KEYS; i++) {
        app.press("?");
        answers.push(await app.until((text) => text.includes("any key goes back")));
        app.press("\u001B");
        answers.push(await app.until((text) => text.includes("Queue 1")));
        await wait(700);
      }
      const rate = (app.bytes() - before) / (performance.now() - begin);
      say(
        `${pictureMode}, ${oneWayMs} ms each way: key to screen ${quantile(answers, 0.5).toFixed(0)} ms median, ${Math.max(...answers).toFixed(0)} ms worst of ${answers.length}; ${rate.toFixed(0)} KB/s`,
      );
      app.close();
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
