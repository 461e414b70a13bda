import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallPictures } from "../support/pictures.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** The studio without a daemon: pictures are chosen all the same. It is where these folders are. */
async function studio(...folders: readonly string[]): Promise<{ app: TerminalApp; home: string }> {
  const home = newHome();
  for (const name of folders) mkdirSync(join(home, name), { recursive: true });
  const app = new TerminalApp(home, { columns: 100, rows: 30 });
  await app.until((text) => text.includes("no daemon"));
  return { app, home };
}

describe("the file browser", () => {
  test("has keys wait while a folder is read, and while it is found out where a path leads", async () => {
    const { app, home } = await studio("a/a1", "a/a2/a21", "b");
    app.press(`n\r\u001B[B`);
    await app.until((text) => text.includes(`Contents: ${home}`) && /› b\//.test(text));
    app.press(`\u001B[A\r\u001B[B\r\u001B[B`);
    await app.until((text) => text.includes(`Contents: ${join(home, "a/a2")}`) && /› a21\//.test(text));
    app.press(`${pictures.content}\r\r${pictures.style}\r\u001B[B\u001B[B\u001B[B32`);
    const text = await app.until((shown) => /› size +32▏/.test(shown));
    expect(text).toContain(`New job: ${basename(pictures.content)}, ${basename(pictures.style)}`);
  });

  test("says that a folder cannot be read, and not that it is empty", async () => {
    const { app, home } = await studio("empty");
    app.paste(join(home, "gone/photo.png"));
    await app.until((text) => text.includes("New job: photo.png"));
    app.press("up", "up", "enter");
    const text = await app.until((shown) => /this folder cannot be read: there is no such file/.test(shown));
    expect(text).not.toContain("no folders or pictures here");
    app.press("left");
    await app.until((shown) => /› empty\//.test(shown));
    app.press("enter");
    await app.until((shown) => shown.includes("no folders or pictures here"));
  });
});
