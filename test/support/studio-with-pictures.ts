import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, startDaemon, untilJob } from "./daemon.ts";
import { smallPictures } from "./pictures.ts";
import { smallRecipe } from "./recipes.ts";
import { TerminalApp, type TerminalAppOptions } from "./terminal-app.ts";

let prepared: string | undefined;

/** The studio with a job that is done, so that its three pictures stay. Cells are 10×20 pixels where it asks. */
export async function studioWithPictures(
  folder: string,
  { env, ...options }: TerminalAppOptions = {},
): Promise<TerminalApp> {
  const home = join(folder, "studio");
  const daemon = await startDaemon(home);
  if (prepared !== home) {
    const client = await daemon.connect();
    const pictures = await smallPictures(home, 300);
    const { id } = await client.request("add", addParams(smallRecipe(pictures, { size: 64, iterations: 2 })));
    await untilJob(client, id);
    prepared = home;
  }
  return new TerminalApp(home, {
    columns: 100,
    rows: 40,
    answer: (written) => (written.includes("\u001B[16t") ? "\u001B[6;20;10t" : ""),
    ...options,
    env: { LANG: "C.UTF-8", ...env },
  });
}

/** All but the title, which tells of the link and changes with every moment. */
export function belowTitle(text: string): string {
  return text.slice(text.indexOf("\n"));
}

/** Longer than a picture takes, the first one included, for which the decoder is loaded. */
const QUIET_MS = 1500;

/** Waits until nothing has been written for a while. */
export async function untilQuiet(app: TerminalApp): Promise<void> {
  for (let before = -1; before !== app.raw.length; await setTimeout(QUIET_MS)) before = app.raw.length;
  await app.settled();
}
