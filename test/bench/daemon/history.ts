import { join } from "node:path";
import { openDatabase } from "../../../daemon/queue/database.ts";
import { HomeLayout } from "../../../daemon/queue/layout.ts";
import { Store } from "../../../daemon/queue/store.ts";
import { atelier } from "../../support/atelier.ts";
import { realRecipe } from "../../support/recipes.ts";
import { median, startBenched } from "./process.ts";

const JOBS = 10_000;
const ROUNDS = 9;

/** Start-up and `list` with many jobs in the history. */
export async function measureHistory(folder: string, pictures: { content: string; style: string }) {
  const home = join(folder, "history");
  const layout = new HomeLayout(join(home, "data"));
  const store = new Store(openDatabase(layout.database));
  const recipe = realRecipe(pictures);
  store.atomically(() => {
    for (let i = 0; i < JOBS; i++) {
      const id = i.toString(36).padStart(8, "0");
      const progress = {
        stage: 0,
        width: 48,
        height: 32,
        stageIteration: 6,
        iteration: 6,
        evaluations: 8,
        loss: 0.5,
        terms: { "content.conv4_2": 0.1, "style.conv1_1": 0.1, "style.conv2_1": 0.1 },
        seconds: 1,
      };
      store.saveJob({
        key: `history-${i}`,
        job: {
          id,
          recipe,
          group: "",
          priority: 0,
          position: i,
          after: [],
          out: null,
          created: i,
          progress,
          stalls: 0,
          branchedFrom: null,
          plan: { width: 48, height: 32, stages: [{ size: 48, iterations: 6 }], styles: [] },
          status: { state: "done", at: i, picture: `/pictures/${id}.png`, problem: null },
        },
      });
    }
  });
  store.close();
  await using daemon = await startBenched(home);
  const page = await times(
    async () => await daemon.client.request("list", { states: null, group: null, skip: 0, limit: 100 }),
  );
  const filtered = await times(
    async () =>
      await daemon.client.request("list", { states: ["failed"], group: "none", skip: 0, limit: 500 }),
  );
  const command = await times(async () => await atelier(["list", "--json"], home));
  const { loopDelayP999Ms } = await daemon.client.request("status", {});
  return {
    jobs: JOBS,
    startSeconds: daemon.startSeconds,
    listMilliseconds: median(page),
    listNothingFoundMilliseconds: median(filtered),
    listCommandMilliseconds: median(command),
    loopDelayP999Ms,
  };
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return all;
}
