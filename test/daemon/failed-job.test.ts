import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import type { TimelineEntry } from "../../shared/controls.ts";
import { PRESETS } from "../../shared/presets.ts";
import type { Exported } from "../../tui/client/export-job.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(temporaryFolder());
});

test("a job whose loss overflows names the term and keeps its picture, to look at, export and branch from", async () => {
  const daemon = await startDaemon(newHome());
  const client = await daemon.connect();
  const { objective } = PRESETS[0].method;
  const recipe = smallRecipe(pictures, {
    size: 32,
    iterations: 10_000,
    objective: { ...objective, content: { conv4_2: 1e30 }, contentForm: "sum" },
    contentWeight: 0,
  });
  const { id } = await client.request("add", addParams(recipe));
  await untilIteration(client, id, 3);
  const { iteration } = await client.request("set", { job: id, changes: { content: 1e12 } });
  const failed = await untilJob(client, id);
  expect(failed.status).toMatchObject({
    state: "failed",
    reason: expect.stringMatching(/no longer a finite number .*content\.conv4_2/) as string,
  });
  const { checkpoints } = await client.request("show", { job: id });
  expect(checkpoints.at(-1)).toMatchObject({ iteration, whole: true });

  const look = { job: id, of: "made", style: 0, iteration: null, format: "rgb", width: 32 } as const;
  expect(await client.request("picture", look)).toMatchObject({ iteration, width: 32 });
  const out = join(daemon.home, "kept.png");
  const exported = await atelier(["export", id, "--out", out, "--json"], daemon.home);
  expect(json<Exported>(exported)).toMatchObject({ iteration, picture: out });
  expect((await sharp(out).metadata()).width).toBe(32);
  const { timeline } = JSON.parse(readFileSync(join(daemon.home, "kept.json"), "utf8")) as {
    timeline: TimelineEntry[];
  };
  expect(timeline).toMatchObject([{ iteration, changes: { content: 1e12 } }]);

  const changes = { content: 0 };
  const branch = await client.request("branch", { job: id, iteration: null, changes, out: null });
  await untilIteration(client, branch.id, iteration + 2);
  expect((await client.request("show", { job: branch.id })).job.status.state).toBe("running");
  await client.request("cancel", { job: branch.id });
});
