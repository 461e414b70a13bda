import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { listAll } from "../../tui/client/list-all.ts";
import { atelier, ended, json, startAtelier } from "../support/atelier.ts";
import { startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

const DAEMON = ["--paused", "--weights", "untrained"];
/** More jobs than are added before anybody has seen the first. */
const MANY = 40;

test("ctrl+c while a series is added leaves no job that was not told of, and none half added", async () => {
  const daemon = await startDaemon(newHome(), DAEMON);
  const [client, { home }] = [await daemon.connect(), daemon];
  const { content, style } = await smallPictures(home);
  const [contents, styles] = [content, style].map((file) => Array<string>(MANY).fill(file));
  const series = ["--content", ...(contents ?? []), "--style", ...(styles ?? []), "--each", "--size", "32"];
  const adding = startAtelier(["add", ...series], home);
  const outcome = ended(adding);
  adding.stdout?.once("data", () => adding.kill("SIGINT"));
  const { code, stdout, stderr } = await outcome;
  expect(code).toBe(130);
  const added = (await listAll(client, { states: null, group: null })).map(({ id }) => id);
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0]),
  ).toEqual(added);
  expect(stderr).toContain(`stopped; ${added.length} of ${MANY * MANY} jobs were added: ${added.join(", ")}`);
});

test("who adds a job that is held is told how it starts", async () => {
  const { home } = await startDaemon(newHome(), DAEMON);
  const { content, style } = await smallPictures(home);
  const add = ["add", "--content", content, "--style", style, "--size", "32"];
  expect((await atelier([...add, "--hold"], home)).stderr).toMatch(/start it with: atelier resume \w{8}\n/);
  expect((await atelier(add, home)).stderr).toMatch(/watch it with: atelier watch \w{8}\n/);
});

test("a job keeps its mask, and whose colours it has, when the files are gone", async () => {
  const daemon = await startDaemon(newHome(), DAEMON);
  const [client, { home }] = [await daemon.connect(), daemon];
  const { content, style } = await smallPictures(home);
  const [mask, out] = [join(home, "mask.png"), join(home, "out.png")];
  const black = { width: 75, height: 50, channels: 3, background: "black" } as const;
  await sharp({ create: black }).png().toFile(mask);
  const recipe = join(home, "recipe.json");
  writeFileSync(recipe, JSON.stringify(smallRecipe({ content, style }, { size: 75, iterations: 2 })));
  const own = ["--mask", mask, "--color", "match"];
  const added = await atelier(["add", "--recipe", recipe, ...own, "--out", out, "--json"], home);
  const [{ id }] = json<[{ id: string }]>(added);
  const shown = await atelier(["show", id], home);
  expect(shown.stdout).toMatch(/^method +default, lbfgs, color match, seed 0$/m);
  expect(shown.stdout).toContain(mask);
  const photo = await sharp(content).removeAlpha().raw().toBuffer();
  for (const file of [content, style, mask]) rmSync(file);
  await client.request("resume", { job: null });
  const { recipe: made } = await untilJob(client, id);
  expect(made).toMatchObject({ color: "match", mask: { file: mask, sha256: expect.any(String) as string } });
  expect(await sharp(out).raw().toBuffer()).toEqual(photo);
  const wrong = await atelier(["add", "--recipe", out, "--mask", out.replace("out", "no"), "--json"], home);
  expect(wrong.stderr).toMatch(/no\.png/);
  expect(wrong.code).toBe(1);
});

test("changes to come are added with a job, and to one that waits", async () => {
  const daemon = await startDaemon(newHome(), DAEMON);
  const [client, { home }] = [await daemon.connect(), daemon];
  const { content, style } = await smallPictures(home);
  const job = [
    "--content",
    content,
    "--style",
    style,
    "--size",
    "32",
    "--at",
    "20:style=2 10:tv=1",
    "--json",
  ];
  const added = await atelier(["add", ...job], home);
  const [{ id }] = json<[{ id: string }]>(added);
  expect(added.stderr).not.toContain("never come");
  await atelier(["edit", id, "--at", "15:content=3"], home);
  const timeline = async () => (await client.request("show", { job: id })).timeline;
  expect(await timeline()).toEqual([
    { iteration: 10, changes: { tv: 1 } },
    { iteration: 15, changes: { content: 3 } },
    { iteration: 20, changes: { style: 2 } },
  ]);
  expect((await atelier(["controls", id], home)).stdout).toMatch(/^style .* becomes 2 after iteration 20$/m);
  await atelier(["edit", id, "--no-timeline", "--at", "2:style=5"], home);
  expect(await timeline()).toEqual([{ iteration: 2, changes: { style: 5 } }]);
  expect((await atelier(["edit", id, "--no-timeline"], home)).code).toBe(0);
  expect(await timeline()).toEqual([]);
});

test("who adds or edits a job is told of changes that come at its last iteration or later", async () => {
  const { home } = await startDaemon(newHome(), DAEMON);
  const { content, style } = await smallPictures(home);
  const pictures = ["--content", content, content, "--style", style, "--size", "32"];
  const late = ["--iterations", "30", "--at", "10:tv=1 500:style=2", "--json"];
  const added = await atelier(["add", ...pictures, ...late], home);
  const told = (all: number, first: number) =>
    `note: changes from iteration ${first} on never come: the last iteration is ${all}\n`;
  expect(added.stderr.split(told(30, 500))).toHaveLength(2);
  const [{ id }] = json<[{ id: string }]>(added);
  expect((await atelier(["edit", id, "--iterations", "10"], home)).stderr).toContain(told(10, 10));
});
