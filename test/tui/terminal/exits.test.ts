import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startDaemon } from "../../support/daemon.ts";
import { belowTitle, studioWithPictures, untilQuiet } from "../../support/studio-with-pictures.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";
import { TerminalApp } from "../../support/terminal-app.ts";

const folder = temporaryFolder();
const PROGRAM = join(import.meta.dirname, "../../support/take-screen.ts");
const BIN = join(import.meta.dirname, "../../../bin/atelier.js");
/** Every mode that full-screen programs set, but for the cursor's, which is set outside of them. */
const MODES = [1000, 1002, 1003, 1004, 1005, 1006, 1015, 1049, 2004, 2026];
let runs = 0;

/** Runs a command line in a shell that reports how it ended and what it left of the terminal's settings. */
function inShell(line: string, home = folder): TerminalApp {
  return new TerminalApp(home, {
    columns: 100,
    program: ["bash", "-c", `echo before; ${line}; echo "ended with $?"; stty -a; read -r _`],
  });
}

async function untilFile(file: string): Promise<string> {
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await setTimeout(20);
  return readFileSync(file, "utf8");
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

async function expectAsFound(app: TerminalApp): Promise<void> {
  const text = await app.until((now) => /ended with \d+/.test(now) && now.includes("echo "));
  expect(text).toContain("before");
  expect(text).toMatch(/[^-]icanon/);
  expect(text).toMatch(/[^-]echo /);
  expect(await app.setModes([...MODES, 25])).toEqual([25]);
  expect(app.raw.lastIndexOf("\u001B[<u")).toBeGreaterThan(app.raw.lastIndexOf("\u001B[>1u"));
  // What was scrolled off is not ours to erase.
  expect(app.raw).not.toContain("\u001B[3J");
}

describe("a program that took the screen", () => {
  for (const [way, code, says] of [
    ["return", 0, "before"],
    ["throw", 1, "Error: thrown on purpose"],
    ["rejection", 1, "Error: rejected on purpose"],
    ["exit", 3, "before"],
    ["in the middle of a sequence", 4, "before"],
  ] as const)
    test(`leaves the terminal as it found it: ${way}`, async () => {
      const app = inShell(`${process.execPath} ${PROGRAM} '${way}' ${join(folder, `pid${++runs}`)}`);
      const text = await app.until((now) => now.includes("ended with"));
      expect(text).toContain(`ended with ${code}`);
      expect(text).toContain(says);
      await expectAsFound(app);
    });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)
    test(`leaves the terminal as it found it: ${signal}`, async () => {
      const file = join(folder, `pid${++runs}`);
      const app = inShell(`${process.execPath} ${PROGRAM} wait ${file}`);
      const pid = Number(await untilFile(file));
      await app.until((now) => now.includes("taken"));
      expect(await app.setModes(MODES)).toEqual([1003, 1004, 1006, 1049, 2004, 2026]);
      process.kill(pid, signal);
      await app.until((now) => now.includes(`ended with ${code}`));
      await expectAsFound(app);
    });
});

describe("the studio", () => {
  for (const [way, leave] of [
    ["q", (app: TerminalApp) => app.press("q")],
    ["ctrl+c", (app: TerminalApp) => app.press("\u0003")],
  ] as const)
    test(`leaves the terminal as it found it: ${way}, also after its daemon was killed`, async () => {
      const home = newHome();
      const daemon = await startDaemon(home);
      const app = inShell(`${process.execPath} ${BIN}`, home);
      await app.until((text) => text.includes("onnx on cpu"));
      expect(await app.setModes([1049, 25])).toEqual([1049]);
      await daemon.kill();
      await app.until((text) => text.includes("link lost"));
      leave(app);
      expect(await app.until((text) => text.includes("ended with"))).toContain("ended with 0");
      await expectAsFound(app);
    });

  test("stops with Ctrl+Z and is whole again after fg, its pictures and the mouse too", async () => {
    const config = join(folder, "studio/config");
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, "terminal.json"), '{"mouse": true}');
    const app = await studioWithPictures(folder, {
      program: ["bash", "--norc", "--noprofile", "-i"],
      env: { PS1: "$ " },
    });
    await app.until((text) => text.includes("$"));
    app.press(`${process.execPath} ${BIN}`, "enter");
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    const before = belowTitle(app.text());
    for (let i = 0; i < 2; i++) {
      app.press("\u001A");
      await app.until((text) => text.includes("Stopped"));
      // But for bracketed paste, which the shell sets for a line of its own.
      expect(await app.setModes([...MODES.filter((mode) => mode !== 2004), 25, 7])).toEqual([25, 7]);
      app.press("stty -a", "enter");
      // The shell's own line editing is back at the prompt by then, so it is what stty saw that counts.
      expect(await app.until((text) => text.includes("icanon"))).toMatch(/[^-]icanon/);
      app.press("clear; fg", "enter");
      await app.until((text) => belowTitle(text) === before);
      expect(await app.setModes([1000, 1006, 1049, 25])).toEqual([1000, 1006, 1049]);
    }
    // Whoever is stopped is not told of another size.
    app.press("\u001A");
    await app.until((text) => text.includes("Stopped"));
    app.resize(80, 24);
    app.press("clear; fg", "enter");
    await app.until(() => app.rows().length === 24 && /^┗━+┛/.test(app.rows()[22] ?? ""));
    // Keys arrive again, one by one.
    app.press("?");
    await app.until((text) => text.includes("any key goes back"));
    app.press("escape");
    await app.until((text) => text.includes("Queue 1"));
    app.press("q");
    await app.until((text) => app.screen === "normal" && text.trim().endsWith("$"));
    app.press("echo still $((40 + 2))", "enter");
    await app.until((text) => text.includes("still 42"));
  });

  test("an answer to a picture's last piece does not reach the shell", async () => {
    const app = await studioWithPictures(folder, {
      program: ["bash", "--norc", "--noprofile", "-i"],
      env: { PS1: "$ " },
      link: { bytesPerSecond: 1_000_000, delayMs: 100 },
    });
    await app.until((text) => text.includes("$"));
    app.press(`${process.execPath} ${BIN}`, "enter");
    await app.until((text) => text.includes("▄▄▄"));
    for (const _ of [1, 2, 3]) {
      app.press("?");
      await app.until((text) => text.includes("any key goes back"));
      app.press("escape");
      await app.until((text) => text.includes("Queue 1"));
    }
    app.press("q");
    await app.until(() => app.screen === "normal");
    app.press("echo still $((40 + 2))", "enter");
    await app.until((text) => /^still 42$/m.test(text));
    expect(app.text()).toMatch(/^(\$ )?echo still/m);
  });

  test("ends when its terminal vanishes, without a word", async () => {
    const home = newHome();
    await startDaemon(home);
    const [pids, errors] = [join(home, "pid"), join(home, "errors")];
    // In a session of its own the system sends it no SIGHUP: it has to notice.
    const app = new TerminalApp(home, {
      program: [
        "bash",
        "-c",
        `setsid bash -c 'echo $$ > ${pids}; exec ${process.execPath} ${BIN} 2> ${errors}'; read -r _`,
      ],
    });
    await app.until((text) => text.includes("onnx on cpu"));
    const pid = Number(await untilFile(pids));
    app.vanish();
    while (await isAlive(pid)) await setTimeout(50);
    // A library shows the cursor there as well, which nobody sees.
    expect(readFileSync(errors, "utf8").replaceAll("\u001B[?25h", "")).toBe("");
  });
});
