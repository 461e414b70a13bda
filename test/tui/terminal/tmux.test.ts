import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { byColour, placeholdersOn, readKittyStream } from "../../support/kitty-stream.ts";
import { belowTitle, studioWithPictures, untilQuiet } from "../../support/studio-with-pictures.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import type { TerminalApp } from "../../support/terminal-app.ts";

const folder = temporaryFolder();
const BIN = join(import.meta.dirname, "../../../bin/atelier.js");
const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
let servers = 0;

/** The studio in a tmux of its own, in a terminal that calls itself so. */
async function insideTmux(settings: string, terminalName: string): Promise<TerminalApp> {
  const socket = join(folder, `tmux${++servers}`);
  const config = `${socket}.conf`;
  writeFileSync(config, `set -g status off\nset -g escape-time 0\n${settings}\n`);
  onTestFinished(() => {
    execFileSync("tmux", ["-S", socket, "kill-server"]);
  });
  return await studioWithPictures(folder, {
    program: [
      "tmux",
      "-S",
      socket,
      "-f",
      config,
      "-u",
      "new-session",
      `${process.execPath} ${BIN}; sleep 1000`,
    ],
    isMute: true,
    answer: (written) =>
      written.includes("\u001B[>q") ? `\u001B[?62;c\u001BP>|${terminalName}\u001B\\` : "",
  });
}

describe.skipIf(!hasTmux)("inside tmux", () => {
  test("kitty's pictures pass through, and their cells are tmux's own text", async () => {
    const app = await insideTmux("set -g allow-passthrough on", "kitty(0.42.1)");
    while (readKittyStream(app.raw).placements.size < 3) await setTimeout(50);
    await untilQuiet(app);
    expect(placeholdersOn(app.cells())).toEqual(byColour(readKittyStream(app.raw)));
    // tmux draws the rows again from what it keeps.
    app.resize(90, 35);
    await untilQuiet(app);
    app.resize(100, 40);
    await untilQuiet(app);
    expect(placeholdersOn(app.cells())).toEqual(byColour(readKittyStream(app.raw)));
    app.press("q");
    while (readKittyStream(app.raw).images.size > 0) await setTimeout(50);
    await app.until((text) => !text.includes("\u{10EEEE}"));
  });

  test("where nothing may pass through there are half-blocks, whole after twenty resizes", async () => {
    const app = await insideTmux("set -g allow-passthrough off", "kitty(0.42.1)");
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    const before = belowTitle(app.text());
    for (let i = 0; i < 20; i++) {
      app.resize(60 + ((i * 37) % 90), 15 + ((i * 11) % 40));
      await setTimeout(i % 3 === 0 ? 120 : 15);
    }
    app.resize(100, 40);
    await app.until((text) => belowTitle(text) === before);
    await untilQuiet(app);
    expect(belowTitle(app.text())).toBe(before);
    expect(readKittyStream(app.raw).images.size).toBe(0);
  });
});
