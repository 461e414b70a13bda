import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Uploads } from "../../daemon/queue/uploads.ts";
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
