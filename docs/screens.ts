/**
 * `npm run docs:screens -- [--content F] [--style F] [--weights F]`: runs the daemon and the terminal interface,
 * goes through them by keys, and writes what is then on the screen to docs/images/*.svg.
 */
import { spawn as start } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { drawDemoPictures } from "../daemon/foreground.ts";
import { screenToSvg } from "./generate/screen-svg.ts";

const BIN = join(import.meta.dirname, "../bin/atelier.js");
const PATIENCE_MS = 120_000;
const [COLUMNS, ROWS] = [132, 40];
const KEYS = {
  enter: "\r",
  tab: "\t",
  escape: "\u001B",
  down: "\u001B[B",
  right: "\u001B[C",
  left: "\u001B[D",
} as const;

const { values } = parseArgs({
  options: {
    content: { type: "string" },
    style: { type: "string" },
    weights: { type: "string", default: "untrained" },
  },
});
const home = mkdtempSync(join(tmpdir(), "atelier-screens-"));
const { CI: _ci, NO_COLOR: _noColor, ...inherited } = process.env;
const environment = { ...inherited, ATELIER_HOME: home, COLORTERM: "truecolor", TERM: "xterm-256color" };

async function atelier(...args: readonly string[]): Promise<void> {
  const child = start(process.execPath, [BIN, ...args], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  if (code !== 0) throw new Error(`atelier ${args.join(" ")} ended with ${code}`);
}

const drawn = await drawDemoPictures(home);
const content = resolve(values.content ?? drawn.content);
const style = resolve(values.style ?? drawn.style);
const weights = values.weights === "untrained" ? values.weights : resolve(values.weights);
await atelier("up", "--weights", weights);
const pictures = ["--content", content, "--style", style];
await atelier("add", ...pictures, "--size", "192", "--stages", "96:60,192:4000");
await atelier(
  "add",
  ...pictures,
  "--size",
  "128",
  "--iterations",
  "40",
  "--style-weight",
  "4",
  "--group",
  "night",
);
await atelier(
  "add",
  ...pictures,
  "--size",
  "128",
  "--iterations",
  "60",
  "--init",
  "noise",
  "--group",
  "night",
);

const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
const pty = spawn(process.execPath, [BIN], { cols: COLUMNS, rows: ROWS, cwd: home, env: environment });
pty.onData((data) => terminal.write(data));
terminal.onData((data) => pty.write(data));

function text(): string {
  const { active } = terminal.buffer;
  return Array.from({ length: ROWS }, (_, y) => active.getLine(y)?.translateToString(true)).join("\n");
}

async function until(pattern: RegExp): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !pattern.test(text()); await setTimeout(50))
    if (performance.now() > end) throw new Error(`${pattern} did not come:\n${text()}`);
}

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    pty.write(key in KEYS ? KEYS[key as keyof typeof KEYS] : key);
    await setTimeout(150);
  }
}

async function shoot(name: string, title: string): Promise<void> {
  // Pictures follow the text.
  await setTimeout(2500);
  const file = join(import.meta.dirname, `images/${name}.svg`);
  writeFileSync(file, await screenToSvg(terminal, title));
  process.stderr.write(`${file}\n`);
}

try {
  await until(/iteration (1[0-9]{2}|[2-9][0-9]{2})/);
  await press("3", "down", "L", "L");
  await until(/pending/);
  await press("enter");
  await until(/changed after/);
  await until(/iteration (2[0-9]{2}|[3-9][0-9]{2})/);
  await shoot("studio", "The studio: pictures, queue, losses with a change marked, controls");
  await press("t", "left");
  // On a slow machine there are few by then.
  await until(/checkpoint \d+ of|start:/);
  await shoot("timeline", "The time line: every checkpoint with its picture, to branch from");
  await press("escape", "n");
  await until(/New job/);
  for (const file of [content, style]) {
    pty.write(`\u001B[200~'${file}'\u001B[201~`);
    await setTimeout(300);
  }
  await until(/memory .* free/);
  await shoot("new-job", "A new job: what it takes is known before it is queued");
  // What was filled in is thrown away when asked. In the controls a digit is typed, so the queue is a pane further.
  await press("escape", "y", "tab", "x", "y");
  await until(/done[^]*done/);
  await press("down", "c");
  await until(/What differs/);
  await shoot("compare", "Two jobs compared: pictures, losses, and in what their recipes differ");
  await press("q");
} finally {
  pty.kill();
  await atelier("down");
  rmSync(home, { recursive: true, force: true });
}
