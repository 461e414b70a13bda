import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import sharp from "sharp";
import { afterAll, beforeEach, expect, test } from "vitest";
import { isDiskFull, obstacleOf } from "../../daemon/queue/database.ts";
import { UserError, writeProblem } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const DATABASE_SOURCE = join(import.meta.dirname, "../../daemon/queue/database.ts");
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
const ballast = join(disk, "ballast");

function fillDisk(): void {
  try {
    writeFileSync(ballast, Buffer.alloc(8 << 20));
  } catch {
    // Written as far as there was room.
  }
}

// What an earlier one left there is none of the next one's.
beforeEach(() => {
  for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
});

const mounted = (title: string) => (isMounted ? title : `${title} (skipped: a small disk cannot be mounted)`);

test.skipIf(!isMounted)(
  mounted("a disk that fills up pauses the job with that reason, and nothing is lost or corrupted"),
  async () => {
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
    fillDisk();
    const paused = await untilJob(client, id, ({ status }) => status.state === "paused");
    expect(paused.status).toMatchObject({ reason: expect.stringMatching(/disk is full/) });
    // A record alone may fit into what the database has taken before.
    const content = join(folder, "large.png");
    const noise = { type: "gaussian", mean: 128, sigma: 50 } as const;
    await sharp({ create: { width: 512, height: 512, channels: 3, background: "grey", noise } }).toFile(
      content,
    );
    await expect(client.request("add", addParams(smallRecipe({ ...pictures, content })))).rejects.toThrow(
      /disk takes no more/,
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

test.skipIf(!isMounted)(
  mounted("a daemon starts on a full disk, and room is made by removing a job"),
  async () => {
    const before = await startDaemon(disk);
    const recipe = smallRecipe(await smallPictures(folder), { size: 40, iterations: 2 });
    const first = await before.connect();
    const { id } = await untilJob(first, (await first.request("add", addParams(recipe))).id);
    expect(await before.end()).toBe(0);
    fillDisk();
    const client = await (await startDaemon(disk)).connect();
    await expect(client.request("pause", { job: null })).rejects.toThrow(/disk takes no more/);
    await client.request("remove", { job: id });
    await expect(client.request("pause", { job: null })).resolves.toBeNull();
  },
);

/** Writes to a store, of which no file may grow beyond 1 MB, until it takes no more. */
const WRITING = `
const { isDiskFull, openDatabase } = await import(process.argv[1]);
const database = openDatabase(process.argv[2]);
database.exec("CREATE TABLE text (text TEXT)");
try {
  for (;;) database.prepare("INSERT INTO text VALUES (?)").run("x".repeat(1e5));
} catch (error) {
  console.log(error.errcode, isDiskFull(error));
}`;

test.skipIf(process.platform === "win32")(
  "a write that the system does not allow, as by a quota, is a full disk to the store",
  () => {
    const args = ["--input-type=module", "-e", WRITING, DATABASE_SOURCE, join(newHome(), "atelier.db")];
    const limited = 'trap "" XFSZ; ulimit -f 1000; exec "$0" "$@"';
    expect(execFileSync("sh", ["-c", limited, process.execPath, ...args]).toString()).toBe("778 true\n");
    // What a disk says that fails as what was written is brought onto it, or cut off.
    for (const errcode of [1034, 1546])
      expect(obstacleOf(Object.assign(new Error("disk I/O error"), { errcode }))?.what).toMatch(/failing$/);
    const used = Object.assign(new Error("EDQUOT"), { code: "EDQUOT" });
    expect(isDiskFull(new UserError("cannot write it", { cause: used }))).toBe(true);
    expect(writeProblem("a.png", used)).toBe("cannot write a.png: the disk quota is used up");
  },
);
