import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { MAX_UPLOADS, Uploads } from "../../daemon/queue/uploads.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

test("a picture that is sent while a broken one of it is cleared away fails with that, and can be sent after it", async () => {
  let kept = "";
  let joined: Promise<number> | undefined;
  const uploads: Uploads = new Uploads(
    (sha256) => join(folder, sha256),
    async (part) => {
      kept = readFileSync(part, "utf8");
      if (kept === "good") return;
      joined = joinSoon();
      joined.catch(() => {});
      await Promise.reject(new Error("it is broken"));
    },
  );
  const send = async (offset: number, text: string) =>
    await uploads.receive({
      sha256: "a",
      total: 4,
      offset,
      data: Buffer.from(text).toString("base64"),
    });
  // When the failure is known, but before any file can have been deleted, which takes more than such a turn.
  const joinSoon = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return await send(0, "go");
  };
  await send(0, "br");
  await expect(send(2, "ok")).rejects.toThrow("it is broken");
  await expect(joined).rejects.toThrow("it is broken");
  expect([await send(0, "go"), await send(2, "od")]).toEqual([2, 4]);
  expect(kept).toBe("good");
});

test("so many pictures are on their way at once, and one that nothing came of for a minute gives its place to another", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const uploads = new Uploads(
    (sha256) => join(folder, sha256),
    async () => await Promise.resolve(),
  );
  const send = async (sha256: string, offset = 0, total = 6) =>
    await uploads.receive({ sha256, total, offset, data: Buffer.from("two").toString("base64") });
  for (let i = 0; i < MAX_UPLOADS; i++) await send(`picture ${i}`);
  await expect(send("another")).rejects.toThrow(`more than ${MAX_UPLOADS} pictures on their way; try again`);
  vi.advanceTimersByTime(61_000);
  // The machine's clock is set back.
  vi.setSystemTime(0);
  expect(await send("picture 0", 3)).toBe(6);
  await send("picture 0");
  expect(await send("another")).toBe(3);
  await expect(send("picture 1", 3)).rejects.toThrow("a piece at 3 was sent, expected one at 0; begin again");
  await expect(send("another", 3, 5)).rejects.toThrow("longer than the announced total");
  await expect(send("another", 3, 7)).rejects.toThrow("was announced with 6 bytes before");
});
