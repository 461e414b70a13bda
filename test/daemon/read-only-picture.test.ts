import { chmodSync, chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { PictureStore } from "../../daemon/queue/picture-store.ts";
import { newHome } from "../support/temporary.ts";

/** Root may write what is read-only, so it becomes nobody for a test, who then owns the folder. */
function asOrdinaryUser(folder: string): void {
  if (process.geteuid?.() !== 0) return;
  const nobody = 65_534;
  chownSync(folder, nobody, nobody);
  process.seteuid?.(nobody);
  onTestFinished(() => process.seteuid?.(0));
}

test("a picture that is read-only is taken, and its copy is the daemon's alone", async () => {
  const home = newHome();
  asOrdinaryUser(home);
  const original = join(home, "photo.jpg");
  writeFileSync(original, "a photo");
  chmodSync(original, 0o444);
  const store = new PictureStore(join(home, "pictures"));
  const { sha256 } = await store.keep({ file: original });
  expect(statSync(store.pathOf(sha256)).mode & 0o777).toBe(0o600);
});
