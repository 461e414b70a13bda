import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Capabilities } from "../../../tui/terminal/capabilities.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { TerminalApp } from "../../support/terminal-app.ts";

const home = temporaryFolder();
const BIN = join(import.meta.dirname, "../../../bin/atelier.js");
const KITTY =
  "\u001B_Gi=31;OK\u001B\\\u001BP>|kitty(0.42.1)\u001B\\\u001B[6;20;9t\u001B]11;rgb:ffff/ffff/dddd\u001B\\\u001B[?62;c";

/** What `atelier doctor` finds in a terminal that answers like this, and on which all of its answer fits; the emulator's own answers are not heard. */
async function examine(answer: string, env: Record<string, string> = {}): Promise<Capabilities> {
  const app = new TerminalApp(home, {
    columns: 1000,
    rows: 300,
    env: { LANG: "C.UTF-8", ...env },
    program: [process.execPath, BIN, "doctor", "--json"],
    answer: (written) => (written.includes("\u001B[c") ? answer : ""),
    isMute: true,
  });
  expect(await app.exited).toBe(0);
  await app.settled();
  // What is for people comes before it, on the same terminal.
  const text = app.text();
  return (JSON.parse(text.slice(text.indexOf("{"))) as { terminal: Capabilities }).terminal;
}

describe("asking the terminal", () => {
  test("kitty is known by its answers", async () => {
    expect(await examine(KITTY)).toMatchObject({
      pictures: "kitty",
      cell: { width: 9, height: 20 },
      background: "light",
      answers: true,
      insideTmux: false,
    });
  });

  test("one that only says what it is shows half-blocks", async () => {
    expect(await examine("\u001B[?1;2c")).toMatchObject({ pictures: "blocks", answers: true });
  });

  test("one that says nothing is not waited for in vain", async () => {
    expect(await examine("")).toMatchObject({ pictures: "blocks", answers: false });
  });

  test("colours are for the background that the terminal has", async () => {
    for (const [said, accent] of [
      ["\u001B]11;rgb:fdfd/f6f6/e3e3\u0007", 4],
      ["\u001B]11;rgb:00/2b/36\u001B\\", 6],
    ] as const) {
      const app = new TerminalApp(home, {
        isMute: true,
        answer: (written) => (written.includes("\u001B[c") ? `${said}\u001B[?62;c` : ""),
      });
      await app.until((text) => text.includes("Queue 0") && text.includes("S start the daemon"));
      expect(app.cells().at(-1)?.[0]).toEqual({ text: "S", colour: accent });
      app.press("q");
      await app.exited;
    }
  });

  test("tmux is not asked what it would take for a title", async () => {
    const app = new TerminalApp(home, {
      columns: 200,
      env: { TMUX: "/nowhere,1,0" },
      program: [process.execPath, BIN, "doctor"],
    });
    await app.exited;
    expect(app.raw).toContain("\u001B[c");
    expect(app.raw).not.toContain("\u001B_");
  });

  test("keys that are typed before the answers arrive, and no answer is taken for a key", async () => {
    const app = new TerminalApp(home, {
      isMute: true,
      answer: (written) => (written.includes("\u001B[c") ? `?${KITTY}` : ""),
    });
    // The first key opens the help and no answer closes it.
    await app.until((text) => text.includes("any key goes back"));
    app.press("escape");
    await app.until((text) => text.includes("Queue 0"));
    app.press("q");
    expect(await app.exited).toBe(0);
  });

  test("an answer that comes far too late is no key", async () => {
    const app = new TerminalApp(home, { isMute: true });
    await app.until((text) => text.includes("Queue 0"));
    app.press(KITTY);
    app.press("?");
    await app.until((text) => text.includes("any key goes back"));
    app.press("escape");
    expect(await app.until((text) => text.includes("Queue 0"))).toContain("quit");
  });
});
