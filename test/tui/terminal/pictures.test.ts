import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { byColour, type Placement, placeholdersOn, readKittyStream } from "../../support/kitty-stream.ts";
import { belowTitle, studioWithPictures, untilQuiet } from "../../support/studio-with-pictures.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import type { TerminalApp } from "../../support/terminal-app.ts";

const folder = temporaryFolder();

async function withPictures(args: readonly string[], env: Record<string, string> = {}): Promise<TerminalApp> {
  return await studioWithPictures(folder, { args, env });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(20);
}

/** The cells are 10×20 pixels, and half a cell is rounded away. */
function expectProportions({ columns, rows }: Placement, width: number, height: number): void {
  expect(Math.abs((columns * 10) / (rows * 20) - width / height)).toBeLessThan(0.15);
}

describe("kitty's graphics", () => {
  test("three pictures are sent once, placed by cells, moved with the screen, and deleted at the end", async () => {
    const app = await withPictures(["--pictures", "kitty"]);
    await until(() => readKittyStream(app.raw).placements.size === 3);
    await untilQuiet(app);
    const first = readKittyStream(app.raw);
    expect(first.images.size).toBe(3);
    for (const [id, placement] of first.placements) {
      const { format, width, height } = await sharp(first.images.get(id)).metadata();
      expect(format).toBe("png");
      // As many pixels as can be seen, and the proportions of what is styled.
      expect(width).toBeGreaterThan(60);
      expectProportions(placement, width, height);
    }
    expect(placeholdersOn(app.cells())).toEqual(byColour(first));

    await setTimeout(1000);
    // The title may say how fast the link is by then.
    expect(readKittyStream(app.raw).transmissions).toBe(first.transmissions);

    app.resize(120, 46);
    await app.until((text) => text.includes("Queue 1"));
    await untilQuiet(app);
    const resized = readKittyStream(app.raw);
    expect(resized.images.size).toBe(3);
    expect(placeholdersOn(app.cells())).toEqual(byColour(resized));
    expect(resized.placements).not.toEqual(first.placements);

    app.press("q");
    expect(await app.exited).toBe(0);
    expect(readKittyStream(app.raw).images.size).toBe(0);
  });

  test("another picture takes the place of the one before, which is deleted", async () => {
    const app = await withPictures(["--pictures", "kitty"]);
    await until(() => readKittyStream(app.raw).placements.size === 3);
    await untilQuiet(app);
    const before = readKittyStream(app.raw);
    app.press("space");
    await until(() => readKittyStream(app.raw).transmissions === before.transmissions + 1);
    await untilQuiet(app);
    const after = readKittyStream(app.raw);
    expect(after.images.size).toBe(3);
    expect(placeholdersOn(app.cells())).toEqual(byColour(after));
    app.signal("SIGTERM");
    await app.exited;
    expect(readKittyStream(app.raw).images.size).toBe(0);
  });
});

describe("iTerm2's images", () => {
  test("each is one small file for a place in cells with the picture's proportions", async () => {
    const app = await withPictures(["--pictures", "iterm2"]);
    const sent = () => [...app.raw.matchAll(/\]1337;File=([^:]*):([^\p{Cc}]*)\p{Cc}/gu)];
    await until(() => sent().length >= 3);
    await untilQuiet(app);
    for (const [, control = "", data = ""] of sent()) {
      const { format, width, height } = await sharp(Buffer.from(data, "base64")).metadata();
      expect(format).toBe("jpeg");
      const [, columns, rows] = /^inline=1;width=(\d+);height=(\d+);/.exec(control) ?? [];
      expectProportions({ columns: Number(columns), rows: Number(rows) }, width, height);
    }
    const { length } = sent();
    await setTimeout(1000);
    // The title may say how fast the link is by then.
    expect(sent().length).toBe(length);
  });
});

describe("half-blocks", () => {
  test("without truecolor they have 256 colours, and the text has no others", async () => {
    const app = await withPictures(["--colours", "256"]);
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    expect(/48;5;\d+/.test(app.raw)).toBe(true);
    expect(/[34]8;2;/.test(app.raw)).toBe(false);
  });

  test("a terminal with 256 colours gets no others by itself", async () => {
    const app = await withPictures([], { COLORTERM: "", TERM: "xterm-256color" });
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    expect(/[34]8;2;/.test(app.raw)).toBe(false);
  });

  test("colours that are asked for are in pictures too, whatever the environment says", async () => {
    const app = await withPictures(["--colours", "truecolor"], { COLORTERM: "", TERM: "xterm" });
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    expect(/[34]8;2;\d/.test(app.raw)).toBe(true);
  });

  test.each([
    ["--colours", "16"],
    ["--pictures", "none"],
  ])("%s %s leaves charts only", async (...args) => {
    const app = await withPictures(args);
    await app.until((text) => text.includes("Queue 1"));
    await untilQuiet(app);
    expect(app.text()).not.toContain("▄");
    expect(app.text()).toMatch(/[\u2801-\u28FF]{3}/);
  });

  test("in ASCII a picture is made of backgrounds", async () => {
    const app = await withPictures(["--ascii"]);
    await until(() => /48;2;\d/.test(app.raw));
    await untilQuiet(app);
    expect(app.text()).not.toContain("▄");
  });

  test("a picture is wiped away with the place it had", async () => {
    const app = await withPictures([]);
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    app.press("?");
    await app.until((text) => text.includes("any key goes back") && !text.includes("▄"));
    await untilQuiet(app);
    expect(app.text()).not.toContain("▄");
    app.press("escape");
    await app.until((text) => text.includes("▄▄▄"));
    app.press("q");
    expect(await app.exited).toBe(0);
  });

  test("after many resizes the screen is what a fresh one would be", async () => {
    const app = await withPictures([]);
    await app.until((text) => text.includes("▄▄▄"));
    await untilQuiet(app);
    const before = belowTitle(app.text());
    for (let i = 0; i < 20; i++) {
      app.resize(60 + ((i * 37) % 90), 15 + ((i * 11) % 40));
      await setTimeout(i % 3 === 0 ? 120 : 15);
    }
    app.resize(100, 40);
    await untilQuiet(app);
    expect(belowTitle(app.text())).toBe(before);
  });
});
