import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addParams, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const BIN = join(import.meta.dirname, "../../bin/atelier.js");
/** Every mode that full-screen programs set, but for the cursor's, which is set outside of them. */
const MODES = [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1049, 2004, 2026];

/** The interface with the mouse on and pictures streaming in, and its process, in a shell that tells what it left. */
async function watchRunning() {
  const home = newHome();
  const [config, pidFile] = [join(home, "config"), join(home, "pid")];
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "terminal.json"), '{ "mouse": true }');
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const pictures = await smallPictures(home, 200);
  const { id } = await client.request(
    "add",
    addParams(smallRecipe(pictures, { size: 64, iterations: 1_000_000 })),
  );
  await untilIteration(client, id, 2);
  client.close();
  const line = `echo before; (echo $BASHPID > ${pidFile}; exec ${process.execPath} ${BIN}); echo "ended with $?"; stty -a; read -r _`;
  const app = new TerminalApp(home, { columns: 100, rows: 40, program: ["bash", "-c", line] });
  await app.until((text) => text.includes("Queue 1") && text.includes("▄▄▄"));
  const modes = await app.setModes([...MODES, 25]);
  return { app, daemon, modes, pid: Number(readFileSync(pidFile, "utf8")) };
}

for (const [way, code, leave] of [
  ["q at once", 0, ({ app }) => app.press("q")],
  [
    "ctrl+c once the link is lost",
    0,
    async ({ app }) => {
      await app.until((text) => text.includes("link lost"));
      app.press("ctrl+c");
    },
  ],
  ["SIGTERM at once", 143, ({ pid }) => void process.kill(pid, "SIGTERM")],
] as const satisfies [string, number, (running: Awaited<ReturnType<typeof watchRunning>>) => unknown][])
  test(`after the daemon was killed the terminal is left as it was found: ${way}`, async () => {
    const running = await watchRunning();
    const { app, daemon, modes } = running;
    expect(modes).toContain(1049);
    expect(modes).toContain(1006);
    expect(modes).not.toContain(25);
    await daemon.kill();
    await leave(running);
    const text = await app.until((now) => /ended with \d+/.test(now) && now.includes("echo "));
    expect(text).toContain("before");
    expect(text).toContain(`ended with ${code}`);
    expect(text).toMatch(/[^-]icanon/);
    expect(text).toMatch(/[^-]echo /);
    expect(await app.setModes([...MODES, 25])).toEqual([25]);
    // Kitty's keyboard is given back as often as it was taken.
    expect(app.raw.split("\u001B[<u").length).toBeGreaterThanOrEqual(app.raw.split("\u001B[>1u").length);
  });
