import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { addParams, connectTo, socketOf, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

async function start(size?: { columns?: number; rows?: number; env?: Record<string, string> }) {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const add = async (iterations: number): Promise<Job> =>
    await client.request("add", addParams(smallRecipe(pictures, { size: 40, iterations })));
  const open = () => new TerminalApp(home, size);
  return { home, daemon, client, add, open };
}

for (const [columns, rows] of [
  [80, 24],
  [160, 50],
] as const)
  describe(`the studio at ${columns}×${rows}`, () => {
    // Some two hundred keys, each seen to have its effect.
    test("the whole story by keys: two jobs, a change, back, branch, compare, export, leave", {
      timeout: 180_000,
    }, async () => {
      const { home, client, open } = await start({ columns, rows });
      const app = open();
      await app.until((text) => text.includes("nothing yet: n makes a job"));
      expect(app.screen).toBe("alternate");

      // Two jobs from the form; the second with its own style weight.
      await fillForm(app, { size: "40", iterations: "100000" });
      await app.until((text) => /Queue 1/.test(text) && /iteration \d+/.test(text) && text.includes("▄▄▄"));
      await fillForm(app, { "style weight": "3", size: "40", iterations: "100000" });
      await app.until((text) => /Queue 2/.test(text));
      const jobs = await client.request("list", { states: null, group: null, skip: 0, limit: 10 });
      const first = jobs.find(({ recipe }) => recipe.styleWeight === 1);
      expect(new Set(jobs.map(({ recipe }) => recipe.styleWeight))).toEqual(new Set([1, 3]));
      expect(first?.status.state).toBe("running");
      const id = first?.id ?? "";

      // A style weight of the running one, doubled; the chart shows where.
      app.press("home", "3");
      await app.until((text) => text.includes("style.conv1_1"));
      app.press("down", "shift+right");
      await app.until((text) => /style +2 .*was 1/.test(text));
      expect((await client.request("show", { job: id })).timeline).toEqual([]);
      app.press("enter");
      await app.until((text) => /changed after iteration \d+/.test(text));
      const { timeline } = await client.request("show", { job: id });
      expect(timeline.map(({ changes }) => changes)).toEqual([{ style: 2 }]);
      app.press("tab", "tab");
      await app.until((text) => text.includes("▲"));

      // Back to before it, and a branch from there by the time line.
      await app.until(
        (text) => Number(/iteration (\d+)/.exec(text)?.[1]) > (timeline[0]?.iteration ?? 0) + 60,
      );
      app.press("u");
      await app.until((text) => /undo style = 2 and the \d+ iterations since\? y for yes/.test(text));
      app.press("y");
      await app.until((text) => /back at iteration \d+/.test(text));
      expect((await client.request("show", { job: id })).timeline).toEqual([
        { iteration: timeline[0]?.iteration, changes: {} },
      ]);
      app.press("t");
      await app.until((text) => /checkpoint \d+ of \d+: iteration \d+/.test(text));
      app.press("b");
      await app.until((text) => /branched at iteration/.test(text));
      const branches = await client.request("list", { states: null, group: null, skip: 0, limit: 10 });
      expect(branches.filter(({ branchedFrom }) => branchedFrom?.job === id)).toHaveLength(1);
      app.press("escape");
      await app.until((text) => /Queue 3/.test(text));

      // Both of the form side by side; the branch, which the choice went on with, is the last.
      app.press("1", "home", "c");
      await app.until((text) => text.includes("What differs") && /style weight: +a 1 +b 3/.test(text));
      app.press("escape", "e");
      await app.until((text) => text.includes("wrote "));
      expect(existsSync(join(home, `${id}.png`))).toBe(true);
      app.press("x");
      await app.until((text) => text.includes(`cancel ${id}? y for yes`));
      app.press("n");
      await app.until((text) => !text.includes("y for yes"));
      app.press("x", "y");
      await app.until((text) => /– +cancelled/.test(text));
      app.press("?");
      await app.until((text) => text.includes("any key goes back"));
      app.press("escape");
      await app.until((text) => text.includes("Queue 3"));
      app.press("q");
      expect(await app.exited).toBe(0);
      await app.settled();
      expect(app.screen).toBe("normal");
    });

    test("no row is wider than the screen, whatever its size becomes", async () => {
      const { client, add, open } = await start({ columns, rows });
      const { id } = await add(100_000);
      await untilIteration(client, id, 2);
      const app = open();
      for (const [width, height] of [
        [60, 15],
        [300, 100],
        [columns, rows],
      ] as const) {
        app.resize(width, height);
        await app.until((text) => text.includes("Queue 1") && (app.rows().at(-1) ?? "").includes("quit"));
        const shown = app.rows();
        expect(shown).toHaveLength(height);
        expect(shown.filter((row) => row.includes("Queue 1"))).toHaveLength(1);
      }
    });
  });

/** Opens the form, chooses both pictures by their paths and fills lines in by their labels. */
async function fillForm(app: TerminalApp, lines: Readonly<Record<string, string>>): Promise<void> {
  app.press("n");
  await app.until((text) => text.includes("New job") && /› content +enter chooses/.test(text));
  for (const [row, file] of [
    ["content", pictures.content],
    ["style", pictures.style],
  ] as const) {
    await toLine(app, new RegExp(`› (${row})? +enter`), "down");
    app.press("enter");
    await app.until((text) => text.includes("a path leads there"));
    app.press(file);
    app.press("enter");
    await app.until((text) => new RegExp(`${row} .*${basename(file)}`).test(text));
  }
  for (const [label, text] of Object.entries(lines)) {
    await toLine(app, new RegExp(`› ${label}  `), "down");
    app.press(text);
    await app.until((shown) => new RegExp(`› ${label} +${text}`).test(shown));
    await toLine(app, /› content {4}/, "up");
  }
  await app.until((text) => /memory .* free/.test(text));
  app.press("ctrl+s");
  await app.until((text) => text.includes("is queued"));
}

/** Goes up or down until the chosen line looks so. */
async function toLine(app: TerminalApp, line: RegExp, key: "up" | "down"): Promise<void> {
  for (let i = 0; i < 40 && !line.test(app.text()); i++) {
    const before = chosenLine(app.text());
    app.press(key);
    // In the midst of a frame there may be none.
    await app.until((text) => ![undefined, before].includes(chosenLine(text)));
  }
  await app.until((text) => line.test(text));
}

function chosenLine(text: string): string | undefined {
  return text.split("\n").find((line) => line.includes("› "));
}

describe("around the studio", () => {
  test("it waits for a daemon that is not there yet, and outlives one that is killed", async () => {
    const home = newHome();
    const app = new TerminalApp(home);
    await app.until((text) => text.includes("no daemon is running here: S starts one"));
    expect(app.text()).toContain("no daemon: S starts one");
    const daemon = await startDaemon(home);
    await app.until((text) => text.includes("onnx on cpu"));
    await daemon.kill();
    await app.until((text) => text.includes("link lost"));
    await startDaemon(home);
    const text = await app.until((now) => now.includes("onnx on cpu") && !now.includes("link lost"));
    expect(text).toContain("Queue 0");
  });

  test("what is asked for without a link is not kept for later", async () => {
    const { home, daemon, client, add } = await start();
    await client.request("pause", { job: null });
    const { id } = await add(2);
    const app = new TerminalApp(home);
    await app.until((text) => text.includes("Queue 1") && text.includes("onnx on cpu"));
    await daemon.kill();
    await app.until((text) => text.includes("link lost"));
    // Nor is a control left turned that takes effect at once.
    app.press("3", "v", "right");
    await app.until(
      (text) => text.includes("no link to the daemon") && /Controls, live.*\n.*content +1 /.test(text),
    );
    app.press("tab", "N");
    await app.until((text) => text.includes("New job") && /› content/.test(text));
    app.press("ctrl+s");
    await app.until((text) => text.includes("no link to the daemon"));
    app.press("escape", "b", "b", "D");
    await app.until((text) => text.includes("Queue 1") && text.includes("no link to the daemon"));
    app.press("y", "S");
    await app.until((text) => text.includes("the daemon is being started"));
    const up = await app.until((text) => /the daemon is up \(process \d+\)/.test(text));
    const pid = Number(/process (\d+)/.exec(up)?.[1]);
    onTestFinished(() => {
      process.kill(pid, "SIGKILL");
    });
    await app.until((text) => !text.includes("link lost"));
    // It would come after what was asked for before.
    app.press("b");
    await app.until((text) => text.includes("branched at iteration 0") && text.includes("Queue 2"));
    const again = await connectTo(home);
    const jobs = await again.request("list", { states: null, group: null, skip: 0, limit: 9 });
    again.close();
    expect(jobs.map(({ branchedFrom }) => branchedFrom?.job)).toEqual([undefined, id]);
  });

  test("no daemon is started here for one that is elsewhere", async () => {
    const home = newHome();
    const app = new TerminalApp(home, { args: ["--connect", "127.0.0.1:9"], env: { ATELIER_TOKEN: "none" } });
    const text = await app.until((shown) => shown.includes("nobody listens on ws://127.0.0.1:9"));
    expect(text).not.toMatch(/press S|S starts/);
    app.press("S");
    await app.until((shown) => shown.includes("the daemon is elsewhere"));
    expect(existsSync(socketOf(home))).toBe(false);
  });

  test("without colour there is none", async () => {
    const { add, open } = await start({ env: { NO_COLOR: "1" } });
    await add(2);
    const app = open();
    await app.until((text) => text.includes("Queue 1"));
    // oxlint-disable-next-line no-control-regex
    expect(app.raw).not.toMatch(/\x1b\[(3|4|9|10)[0-9;]+m/);
  });

  test("in a pipe it says that it needs a terminal", async () => {
    const { atelier } = await import("../support/atelier.ts");
    const outcome = await atelier([], folder);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("this is no terminal");
  });

  for (const [way, leave] of [
    ["q", (app: TerminalApp) => app.press("q")],
    ["ctrl+c", (app: TerminalApp) => app.press("\u0003")],
    ["SIGTERM", (app: TerminalApp) => app.signal("SIGTERM")],
    ["SIGHUP", (app: TerminalApp) => app.signal("SIGHUP")],
    ["SIGINT", (app: TerminalApp) => app.signal("SIGINT")],
  ] as const)
    test(`leaves the terminal as it found it: ${way}`, async () => {
      const { open } = await start();
      const app = open();
      await app.until((text) => text.includes("onnx on cpu"));
      leave(app);
      await app.exited;
      await app.settled();
      expect(app.screen).toBe("normal");
      for (const mode of ["25h", "1049l"])
        expect(app.raw.lastIndexOf(`\u001B[?${mode}`), mode).toBeGreaterThan(
          app.raw.lastIndexOf(`\u001B[?${mode.replace(/[hl]$/, (end) => (end === "h" ? "l" : "h"))}`),
        );
      expect(app.raw.lastIndexOf("\u001B[?2004h")).toBeLessThanOrEqual(
        Math.max(-1, app.raw.lastIndexOf("\u001B[?2004l")),
      );
    });
});
