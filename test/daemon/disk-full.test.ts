import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const disk = join(folder, "small-disk");

/** A disk of a few megabytes; only root may make one. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], { stdio: "ignore" });
    afterAll(() => execFileSync("umount", ["-l", disk]));
    return true;
  } catch {
    return false;
  }
}

const isMounted = mountSmallDisk();
const title = "a disk that fills up pauses the job with that reason, and nothing is lost or corrupted";

test.skipIf(!isMounted)(
  isMounted ? title : `${title} (skipped: a small disk cannot be mounted)`,
  async () => {
    // What an earlier try left there is none of this one's.
    for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
    const pictures = await smallPictures(folder);
    const recipe = smallRecipe(pictures, { size: 40, iterations: 60 });
    const pixels = async (job: Job) =>
      await sharp(job.status.state === "done" ? job.status.picture : "not done")
        .raw()
        .toBuffer();
    const calm = await (await startDaemon(newHome())).connect();
    const undisturbed = await untilJob(calm, (await calm.request("add", addParams(recipe))).id);

    const daemon = await startDaemon(disk, ["--weights", "untrained", "--checkpoint-seconds", "0"]);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe));
    await untilIteration(client, id, 3);
    const ballast = join(disk, "ballast");
    try {
      writeFileSync(ballast, Buffer.alloc(8 << 20));
    } catch {
      // Written as far as there was room.
    }
    const paused = await untilJob(client, id, ({ status }) => status.state === "paused");
    expect(paused.status).toMatchObject({ reason: expect.stringMatching(/disk is full/) });
    // A record alone may fit into what the database has taken before.
    const content = join(folder, "large.png");
    const noise = { type: "gaussian", mean: 128, sigma: 50 } as const;
    await sharp({ create: { width: 512, height: 512, channels: 3, background: "grey", noise } }).toFile(
      content,
    );
    await expect(client.request("add", addParams(smallRecipe({ ...pictures, content })))).rejects.toThrow(
      /disk .*is full/,
    );
    rmSync(ballast);
    await client.request("resume", { job: id });
    expect(await pixels(await untilJob(client, id))).toEqual(await pixels(undisturbed));
    expect(await daemon.end()).toBe(0);
    const database = new DatabaseSync(join(disk, "data/atelier.db"));
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
  },
);
