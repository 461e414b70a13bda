import { expect, test } from "vitest";
import { listAll } from "../../tui/client/list-all.ts";
import { atelier, ended, startAtelier } from "../support/atelier.ts";
import { startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
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
