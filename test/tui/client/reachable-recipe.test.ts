import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { UserError } from "../../../shared/errors.ts";
import { addJobs } from "../../../tui/client/add-jobs.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { reachableRecipe } from "../../../tui/client/reachable-recipe.ts";
import { addressOf, startDaemon } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

test.skipIf(process.platform === "win32")(
  "what can be no picture is named before any of it goes to a daemon elsewhere",
  async () => {
    const home = newHome();
    const daemon = new Connection({ ...addressOf(home), isLocal: false });
    const request = vi.spyOn(daemon, "request");
    const [pipe, large] = [join(home, "pipe.png"), join(home, "large.png")];
    execFileSync("mkfifo", [pipe]);
    writeFileSync(large, "");
    truncateSync(large, 600e6);
    const send = async (content: string) =>
      await reachableRecipe(daemon, smallRecipe({ content, style: content }));
    await expect(send(pipe)).rejects.toThrow(`${pipe}: it is no file, expected a picture`);
    await expect(send(large)).rejects.toThrow(
      `${large}: 600 MB, more than the 512 MB that a picture may have`,
    );
    expect(request).not.toHaveBeenCalled();
  },
);

test("a picture that many jobs have goes to a daemon elsewhere once, and again to one that came up in between", async () => {
  const pictures = await smallPictures(temporaryFolder());
  const home = newHome();
  await startDaemon(home, ["--weights", "untrained", "--paused"]);
  const daemon = new Connection({ ...addressOf(home), isLocal: false });
  onTestFinished(() => daemon.close());
  await daemon.open();
  const ask = daemon.request.bind(daemon);
  const request = vi.spyOn(daemon, "request");
  request.mockImplementation(async (name, params) => {
    const isFirst = request.mock.calls.filter(([one]) => one === "upload").length === 1;
    if (name === "upload" && isFirst) throw new UserError("the parts before this one are not here");
    return await ask(name, params);
  });
  const wanted = [1, 2, 3].map((seed) => ({ recipe: smallRecipe(pictures, { seed }), timeline: [] }));
  const jobs = await addJobs(daemon, wanted, {});
  expect(new Set(jobs.map(({ recipe }) => recipe.content.sha256)).size).toBe(1);
  const asked = request.mock.calls.map(([name]) => name).filter((name) => name !== "add");
  expect(asked).toEqual(["have", "upload", "have", "upload", "have", "upload"]);
});
