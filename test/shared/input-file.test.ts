import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadRecipe } from "../../daemon/foreground/recipe-file.ts";
import { openPictureFile } from "../../shared/input-file.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

test.skipIf(process.platform === "win32")("what is no file is refused before it is opened", async () => {
  const socket = join(folder, "socket.png");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.close();
  });
  await expect(openPictureFile(socket)).rejects.toThrow(`${socket}: it is no file, expected a picture`);
});

test.skipIf(process.platform === "win32")(
  "a pipe in place of a recipe is not waited for",
  async () => {
    const pipe = join(folder, "pipe.json");
    execFileSync("mkfifo", [pipe]);
    await expect(loadRecipe(pipe)).rejects.toThrow(`${pipe}: it is no file, expected a recipe`);
  },
  10_000,
);
