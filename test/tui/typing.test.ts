import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** The studio, with so many jobs that wait. */
async function studio(count: number): Promise<{ app: TerminalApp; ids: readonly string[] }> {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  await client.request("pause", { job: null });
  const ids: string[] = [];
  for (let i = 0; i < count; i++)
    ids.push((await client.request("add", addParams(smallRecipe(pictures, { iterations: 4 + i })))).id);
  const app = new TerminalApp(home, { columns: 100, rows: 40 });
  await app.until((text) => text.includes(`Queue ${count}`));
  return { app, ids };
}

test("what is pasted goes into the line that is written, and ends nothing, whatever it is", async () => {
  const { app } = await studio(1);
  for (const text of ["file://elsewhere/a.png", "file:///a b", "file:///%zz", "file:///a%2Fb", "/a\u0000b"])
    app.paste(text);
  await app.until((text) => text.includes("New job"));
  app.press("escape", "/");
  await app.until((text) => /\/▏ · Queue 1\b/.test(text));
  // Not in any job's id.
  app.paste("&&\r\n\u0007x");
  await app.until((text) => text.includes("/&& x▏ · Queue 0 of 1"));
  app.press("left");
  app.paste("/a");
  await app.until((text) => text.includes("/&& /a▏x · Queue 0 of 1"));
  app.press("escape", ":");
  await app.until((text) => text.includes("Do: ▏"));
  app.paste("raise\n");
  await app.until((text) => /Do: raise ▏/.test(text) && /› > +raise: /.test(text));
  app.press("escape", "?");
  await app.until((text) => text.includes("any key goes back"));
  app.paste(pictures.content);
  app.press("escape");
  const text = await app.until((shown) => shown.includes("Queue 1"));
  expect(text).not.toContain("New job");
});

test("in the form a pasted path goes into its line, and where pictures are chosen it leads there", async () => {
  const { app } = await studio(0);
  const empty = join(folder, "my empty folder");
  mkdirSync(empty);
  app.press("n");
  app.paste(pictures.content);
  await app.until((text) => text.includes(pictures.content));
  await toLine(app, "init", "down");
  app.paste(`'${empty}/a b.png' `);
  const line = await app.until((text) => /› init +\/.*a b\.png▏/.test(text));
  expect(line).not.toContain("share 1");
  // As long as it may be, the place where the next letter goes is in sight.
  app.paste(empty.repeat(4));
  await app.until((text) => /› init +….*my empty folder▏/.test(text));
  await toLine(app, "style", "up");
  app.press("enter");
  await app.until((text) => text.includes(`Styles: ${folder}`));
  app.paste(join(empty, "none.png"));
  await app.until((text) => lastRow(text).includes("there is no file or folder"));
  app.paste(empty);
  await app.until((text) => text.includes(`Styles: ${empty}`));
  app.paste("non\ne");
  await app.until((text) => text.includes("/ non e▏"));
  app.paste(pictures.style);
  await app.until((text) => new RegExp(`share 1 .*${basename(pictures.style)}`).test(text));
});

test("a value that is typed is taken for its control by whoever goes on, and digits are said to begin one", async () => {
  const { app, ids } = await studio(2);
  app.press("home", "3", "7", "down", "5", "enter");
  await app.until(
    (text) =>
      /style +5 .*was 1/.test(text) &&
      /content +7 .*was 1/.test(text) &&
      text.includes("0 to 1e12: multiplies every style term"),
  );
  // What cannot be is said, and stayed with.
  app.press("2", "e", "9", "9", "down");
  await app.until(
    (text) => lastRow(text).includes("2e99: expected a number from 0 to") && /›style /.test(text),
  );
  await app.until((text) => text.includes("2e99▏"));
  app.press("escape", "up", "1", "2");
  await app.until((text) => text.includes(" 12▏ "));
  app.paste("3\n");
  await app.until((text) => text.includes(" 123 ▏ "));
  app.press("ctrl+p", ids[1] ?? "");
  await app.until((text) => text.includes(`Job ${ids[1]}`));
  app.press("enter");
  await app.until((text) => text.includes("Queue 2") && text.includes("Controls") && !text.includes("▏"));
  await app.until((shown) => lastRow(shown).includes("0-9 type"));
  app.press("?");
  const help = await app.until((shown) => shown.includes("any key goes back"));
  expect(help).toMatch(/0-9, \. +type a value/);
  expect(help).not.toContain("to the queue");
});

function lastRow(text: string): string {
  return text.split("\n").at(-1) ?? "";
}

/** Goes through the form to a line by its label. */
async function toLine(app: TerminalApp, label: string, key: "up" | "down"): Promise<void> {
  const chosen = (text: string) => text.split("\n").find((line) => line.includes("› "));
  for (let i = 0; i < 40 && !app.text().includes(`› ${label}  `); i++) {
    const before = chosen(app.text());
    app.press(key);
    // In the midst of a frame there may be none.
    await app.until((text) => ![undefined, before].includes(chosen(text)));
  }
  await app.until((text) => text.includes(`› ${label}  `));
}
