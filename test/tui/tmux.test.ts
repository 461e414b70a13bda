import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";
import { hasTmux, Tmux, withTmux } from "../support/tmux.ts";

const BIN = join(import.meta.dirname, "../../bin/atelier.js");
const PATIENCE_MS = 45_000;

/** Waits until the screen is as it should be for a while; throws with what it is. */
async function untilSteady(tmux: Tmux, pane: string, isSo: (text: string) => boolean): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let before = "", same = 0; performance.now() < deadline; await setTimeout(100)) {
    const text = tmux.text(pane);
    same = text === before ? same + 1 : 0;
    before = text;
    if (same >= 10 && isSo(text)) return text;
  }
  throw new Error(`the screen stayed like this:\n${tmux.text(pane)}`);
}

describe.skipIf(!hasTmux)(withTmux("inside tmux"), () => {
  for (const [columns, rows] of [
    [80, 24],
    [160, 50],
  ] as const)
    test(`after twenty resizes while a job runs the screen is a fresh one's: ${columns}×${rows}`, async () => {
      const home = newHome();
      const daemon = await startDaemon(home);
      const client = await daemon.connect();
      const pictures = await smallPictures(home, 300);
      const recipe = smallRecipe(pictures, { size: 64, iterations: 1_000_000 });
      const { id } = await client.request("add", addParams(recipe));
      await untilIteration(client, id, 2);
      const tmux = new Tmux();
      const command = `env -u CI -u NO_COLOR LANG=C.UTF-8 COLORTERM=truecolor ATELIER_HOME=${home} ${process.execPath} ${BIN}`;
      const resized = tmux.open(columns, rows, command);
      await untilShown(tmux, resized);
      for (let i = 0; i < 20; i++) {
        tmux.resize(resized, 60 + ((i * 37) % 120), 15 + ((i * 11) % 40));
        await setTimeout(i % 3 === 0 ? 300 : 15);
      }
      tmux.resize(resized, columns, rows);
      // Then no number lives any more, and all of both screens can be compared.
      await client.request("pause", { job: id });
      await untilJob(client, id, ({ status }) => status.state === "paused");
      const isPaused = (text: string) => text.includes("paused") && text.includes("▄▄▄");
      const after = await untilSteady(tmux, resized, isPaused);
      const fresh = await untilSteady(tmux, tmux.open(columns, rows, command), isPaused);
      expect(belowTitle(after)).toBe(belowTitle(fresh));
    });
});

async function untilShown(tmux: Tmux, pane: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!/Queue 1[\s\S]*iteration \d+/.test(tmux.text(pane)) || !tmux.text(pane).includes("▄▄▄")) {
    if (performance.now() > deadline) throw new Error(`nothing to see:\n${tmux.text(pane)}`);
    await setTimeout(50);
  }
}

/** The first line tells of delays and loads, which never stand still. */
function belowTitle(text: string): string {
  return text.slice(text.indexOf("\n"));
}
