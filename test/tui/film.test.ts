import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type SharpOptions } from "sharp";
import { expect, test, vi } from "vitest";
import { RefusedByDaemonError } from "../../tui/client/link-problems.ts";
import { readMoments } from "../../tui/client/read-moments.ts";
import { filmOf } from "../../tui/terminal/film.ts";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

const PIXELS = { width: 48, height: 32 };

/** Mean difference in levels of a film's frame from a picture, both at the film's size. */
async function differenceOf(film: string, page: number, picture: string): Promise<number> {
  const pixels = async (file: string, options: SharpOptions) =>
    await sharp(file, options)
      .resize(PIXELS.width, PIXELS.height, { fit: "fill" })
      .removeAlpha()
      .raw()
      .toBuffer();
  const [frame, other] = [await pixels(film, { page }), await pixels(picture, {})];
  return frame.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / frame.length;
}

test("a film goes from the photo over every checkpoint to the finished picture, at its size", async () => {
  const home = newHome();
  const daemon = await startDaemon(home, ["--weights", "untrained", "--checkpoint-seconds", "0"]);
  const client = await daemon.connect();
  const pictures = await smallPictures(home);
  const stages = [
    { size: 32, iterations: 2 },
    { size: 48, iterations: 2 },
  ];
  const recipe = smallRecipe(pictures, { schedule: { size: 48, stages, iterations: 2, stopBelow: null } });
  const { id } = await client.request("add", { ...addParams(recipe), held: true });
  const early = await atelier(["film", id, "--out", "films/"], home);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining(`job ${id} has no pictures yet`) });
  expect(existsSync(join(home, "films"))).toBe(false);
  await client.request("resume", { job: id });
  const done = await untilJob(client, id);

  const told = await atelier(["film", id, "--seconds", "1", "--json"], home);
  const film = join(home, `${id}.webp`);
  const { checkpoints } = await client.request("show", { job: id });
  expect(checkpoints.length).toBeGreaterThan(2);
  expect(JSON.parse(told.stdout)).toMatchObject({ job: id, film, bytes: readFileSync(film).length });
  const { pages = 0, delay = [], ...shown } = await sharp(film, { animated: true }).metadata();
  expect(JSON.parse(told.stdout).frames).toBe(pages);
  expect(shown).toMatchObject({ format: "webp", width: PIXELS.width, pageHeight: PIXELS.height, loop: 0 });
  expect(delay.slice(0, -1).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(1000, -2);
  expect(await differenceOf(film, 0, pictures.content)).toBeLessThan(8);
  const result = done.status.state === "done" ? done.status.picture : "";
  expect(await differenceOf(film, pages - 1, result)).toBeLessThan(8);
  // Else both would be like the other.
  expect(await differenceOf(film, 0, result)).toBeGreaterThan(16);

  expect(
    await atelier(["film", id, "--seconds", "1", "--width", "24", "--out", "small.GIF"], home),
  ).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("small.GIF"),
  });
  expect(await sharp(join(home, "small.GIF"), { animated: true }).metadata()).toMatchObject({
    format: "gif",
    width: 24,
    pageHeight: 16,
  });
  expect(await atelier(["film", id, "--seconds", "1", "--out", "films/", "--json"], home)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(join(home, "films", `${id}.webp`)),
  });
  expect(await atelier(["film", id, "--out", "film.mp4"], home)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("expected a name that ends in .webp or .gif"),
  });

  // A branch from the start began with the photo too, a later one did not.
  const branchAt = async (iteration: number) => {
    const branch = await client.request("branch", { job: id, iteration, changes: {}, out: null });
    return await untilJob(client, branch.id);
  };
  const firstOf = async (job: string) => (await readMoments(client, job, 48, () => {})).pictures[0];
  const photo = await firstOf(id);
  expect(await firstOf((await branchAt(0)).id)).toEqual(photo);
  expect(await firstOf((await branchAt(2)).id)).not.toEqual(photo);

  // A checkpoint that made room for another meanwhile is left out.
  const before = await readMoments(client, id, 48, () => {});
  const ask = client.request.bind(client);
  vi.spyOn(client, "request").mockImplementation(async (name, params) => {
    if ("iteration" in params && params.iteration === checkpoints[0]?.iteration)
      throw new RefusedByDaemonError({ code: "refused", message: "there is no such checkpoint" });
    return await ask(name, params);
  });
  const left = await readMoments(client, id, 48, () => {});
  expect(left.pictures).toHaveLength(before.pictures.length - 1);
});

test("keys have their turn after each frame of a film that is being made", async () => {
  const [width, height] = [16, 8];
  const colours = ["#000", "#fff"].map(async (background) => {
    const picture = sharp({ create: { width, height, channels: 3, background } });
    return await picture.png().toBuffer();
  });
  const round = vi.spyOn(Math, "round");
  const inTurns: number[] = [];
  const count = () => {
    inTurns.push(round.mock.calls.length);
    round.mockClear();
    turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  const { frames } = await filmOf(await Promise.all(colours), 1, "gif");
  clearImmediate(turn);
  round.mockRestore();
  expect(frames).toBe(13);
  // Each of a frame's numbers is rounded once.
  expect(Math.max(...inTurns)).toBe(3 * width * height);
});
