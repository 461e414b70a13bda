import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportJob } from "../../tui/client/export-job.ts";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

test("an export writes over what it wrote, but over nothing else that lies beside the picture", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  const recipe = smallRecipe(await smallPictures(home), { iterations: 2 });
  const { id } = await client.request("add", addParams(recipe));
  await untilJob(client, id);
  const folder = join(home, "exported");
  mkdirSync(folder);
  const exported = async (name: string) => (await exportJob(client, id, null, join(folder, name))).bytes;
  expect(await exported("x.png")).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(["x.json", "x.png"]);
  // Replaced as a whole: another name of the old file shows whether it was written into.
  const [picture, old] = [join(folder, "x.png"), join(home, "old.png")];
  writeFileSync(picture, "old");
  linkSync(picture, old);
  expect(await exported("x.png")).toBeGreaterThan(0);
  expect(readFileSync(old, "utf8")).toBe("old");
  // A file is as private as it was, and a link stays one, also through another and to what is not there yet.
  chmodSync(picture, 0o600);
  symlinkSync("../elsewhere.json", join(folder, "second"));
  rmSync(join(folder, "x.json"));
  symlinkSync("second", join(folder, "x.json"));
  expect(await exported("x.png")).toBeGreaterThan(0);
  expect(statSync(picture).mode & 0o777).toBe(0o600);
  expect(["x.json", "second"].map((name) => readlinkSync(join(folder, name)))).toEqual([
    "second",
    "../elsewhere.json",
  ]);
  expect(lstatSync(join(home, "elsewhere.json")).isFile()).toBe(true);
  rmSync(join(folder, "second"));
  rmSync(join(folder, "x.json"));
  expect(await exported("x.png")).toBeGreaterThan(0);
  const refusal = /package\.json is there and was not exported by atelier; move it away, or export under/;
  for (const content of ["null", "no JSON", '{ "name": "mine" }']) {
    writeFileSync(join(folder, "package.json"), content);
    await expect(exported("package.png")).rejects.toThrow(refusal);
    expect(readFileSync(join(folder, "package.json"), "utf8")).toBe(content);
  }
  const told = await atelier(["export", id, "--out", join(folder, "package.png")], home);
  expect(told).toMatchObject({ code: 1, stderr: expect.stringMatching(refusal) });
  // What is no file would be gone with one in its place.
  execFileSync("mkfifo", [join(folder, "pipe.png")]);
  await expect(exported("pipe.png")).rejects.toThrow(/cannot write .*pipe\.png: it is no file/);
  expect(lstatSync(join(folder, "pipe.png")).isFIFO()).toBe(true);
  rmSync(join(folder, "pipe.png"));
  await expect(exported("none/x.png")).rejects.toThrow(/none\/x\.json: there is no such folder/);
  expect(readdirSync(folder)).toEqual(["package.json", "x.json", "x.png"]);
  // One that somebody took out of the home is told of by its name.
  rmSync(join(home, "data/jobs", id, "result.png"));
  const gone = new RegExp(
    `result\\.png cannot be read: there is no such file; .*: atelier checkpoints ${id}`,
  );
  await expect(exported("x.png")).rejects.toThrow(gone);
  const look = { job: id, of: "made", style: 0, iteration: null, format: "png", width: 64 } as const;
  await expect(client.request("picture", look)).rejects.toThrow(gone);
});

test("an export has the changes that its picture was made with, also of a job that goes on meanwhile", async () => {
  const home = newHome();
  const daemon = await startDaemon(home, ["--weights", "untrained", "--checkpoint-seconds", "0"]);
  const client = await daemon.connect();
  const recipe = smallRecipe(await smallPictures(home), { size: 32, iterations: 100_000 });
  const { id: job } = await client.request("add", addParams(recipe));
  await untilIteration(client, job, 2);
  const request = client.request.bind(client);
  let change: { iteration: number } | undefined;
  client.request = async (name, params) => {
    if (name === "read" && change === undefined) {
      change = await request("set", { job, changes: { style: 2 } });
      await untilIteration(client, job, change.iteration + 2);
    }
    return await request(name, params);
  };
  const exported = await exportJob(client, job, null, join(home, "x.png"));
  expect(exported.iteration).toBeGreaterThan(change?.iteration ?? Number.POSITIVE_INFINITY);
  expect(JSON.parse(readFileSync(exported.recipe, "utf8"))).toMatchObject({
    timeline: [{ iteration: change?.iteration, changes: { style: 2 } }],
  });
});
