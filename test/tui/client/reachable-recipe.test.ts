import { expect, onTestFinished, test, vi } from "vitest";
import { addJobs } from "../../../tui/client/add-jobs.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { addressOf, startDaemon } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

test("a picture that many jobs have goes to a daemon elsewhere once", async () => {
  const pictures = await smallPictures(temporaryFolder());
  const home = newHome();
  await startDaemon(home, ["--weights", "untrained", "--paused"]);
  const daemon = new Connection({ ...addressOf(home), isLocal: false });
  onTestFinished(() => daemon.close());
  await daemon.open();
  const request = vi.spyOn(daemon, "request");
  const wanted = [1, 2, 3].map((seed) => ({ recipe: smallRecipe(pictures, { seed }), timeline: [] }));
  const jobs = await addJobs(daemon, wanted, {});
  expect(new Set(jobs.map(({ recipe }) => recipe.content.sha256)).size).toBe(1);
  const asked = request.mock.calls.map(([name]) => name).filter((name) => name !== "add");
  expect(asked).toEqual(["have", "upload", "have", "upload"]);
});
