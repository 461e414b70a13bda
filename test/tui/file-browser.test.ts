import { mkdirSync, writeFileSync } from "node:fs";
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

  test("follows a path from where one is, says which leads nowhere, and comes back to the folder it left", async () => {
    const deep = join(...Array.from({ length: 12 }, (_, i) => `folder-${i}`));
    const { app, home } = await studio("sub/a", join("sub/deep", deep));
    app.press("n\rsub/deep");
    await app.until((text) => text.includes("a path: enter goes there"));
    app.press("enter");
    await app.until((text) => text.includes(`Contents: ${join(home, "sub/deep")}`));
    app.press("/nowhere/at/all\r");
    await app.until((text) => lastRow(text).includes("there is no file or folder /nowhere/at/all"));
    // Of a long one its end is said.
    app.press("escape", `/${"nowhere/".repeat(20)}cat.png\r`);
    await app.until((text) =>
      /^there is no file or folder ….*nowhere\/nowhere\/cat\.png$/.test(lastRow(text)),
    );
    app.press("escape", "left");
    await app.until((text) => /› deep\//.test(text) && text.includes(`Contents: ${join(home, "sub")} `));
    // Of a long path the end is in sight.
    app.press(`${join("deep", deep)}\r`);
    const text = await app.until((shown) => shown.includes("no folders or pictures here"));
    expect(text).toMatch(/Contents: ….*folder-10\/folder-11 +┃/);
  });

  test("shows all of a large folder, in the order of its numbers, a screen at a time", async () => {
    const { app, home } = await studio("many");
    for (let i = 1; i <= 1200; i++) writeFileSync(join(home, `many/img_${i}.png`), "");
    app.press("n\rmany/\r");
    const text = await app.until((shown) => shown.includes("· 1 of 1200"));
    expect(text).toMatch(/img_1\.png.*\n.*img_2\.png/);
    app.press("end");
    await app.until((shown) => /› img_1200\.png/.test(shown) && shown.includes("· 1200 of 1200"));
    app.press("pageup", "home", "pagedown");
    await app.until((shown) => /› img_(?!1\.)\d\d?\.png/.test(shown));
  });

  test("is left with letters or marks only by who means it", async () => {
    const { app } = await studio();
    app.press(`n\r${folder}/\r`);
    await app.until((text) => text.includes("photo.png"));
    app.press("tab", "tab", "p", "h");
    await app.until((text) => text.includes("2 marked · Contents: ") && text.includes("/ ph▏"));
    app.press("escape");
    await app.until((text) => text.includes("2 marked") && text.includes("/ ▏"));
    app.press("escape");
    await app.until((text) => lastRow(text).includes("throw 2 marked pictures away? y for yes"));
    app.press("n");
    await app.until((text) => text.includes("2 marked") && lastRow(text).includes("enter take"));
    app.press("escape", "y");
    const text = await app.until((shown) => shown.includes("New job"));
    expect(text).not.toContain("photo.png");
  });
});

const lastRow = (text: string) => text.split("\n").at(-1) ?? "";
