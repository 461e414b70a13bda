import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openDatabase } from "../../../daemon/queue/database.ts";
import { HomeLayout } from "../../../daemon/queue/layout.ts";
import { Store } from "../../../daemon/queue/store.ts";
import type { Job, LossPoint } from "../../../shared/jobs.ts";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { startBenched } from "../daemon/process.ts";
import { BenchedTerminal, nameOf, SIZES } from "./benched-terminal.ts";
import { type Figure, timesOf } from "./figure.ts";

const [JOBS, POINTS, LIMIT_MS] = [1000, 20_000, 100];
const [DOWN, UP, RIGHT, LEFT] = ["\u001B[B", "\u001B[A", "\u001B[C", "\u001B[D"];
const QUEUE_KEYS = [...Array<string>(12).fill(DOWN), "\u001B[6~", "\u001B[6~", ...Array<string>(12).fill(UP)];
/** Cursor, zoom and pan; all terms, and the next one. */
const CHART_KEYS = [
  LEFT,
  LEFT,
  LEFT,
  RIGHT,
  "+",
  "+",
  "[",
  "[",
  "]",
  "-",
  "-",
  "a",
  LEFT,
  LEFT,
  "+",
  "-",
  "a",
  DOWN,
  DOWN,
  UP,
];
const ROUNDS = 4;

/** Keys in a queue of a thousand jobs, and in a chart of twenty thousand points, while yet another job runs. */
export async function measureMany(
  folder: string,
  pictures: { content: string; style: string },
): Promise<Figure[]> {
  const home = join(folder, "many");
  fillQueue(home, pictures);
  await using daemon = await startBenched(home);
  const running = await daemon.client.request(
    "add",
    addParams(realRecipe(pictures, { size: 96, iterations: 1_000_000 }), { priority: 1 }),
  );
  await untilIteration(daemon.client, running.id, 10);
  const figures: Figure[] = [];
  for (const size of SIZES) {
    using app = new BenchedTerminal(home, size);
    await app.until(() => app.text().includes(`Queue ${JOBS + 2}`) && app.text().includes("▄▄▄"));
    figures.push({
      what: `${nameOf(size)}: first screen with ${JOBS} jobs`,
      value: performance.now() - app.began,
      unit: "ms",
    });
    await setTimeout(2000);
    const queue: number[] = [];
    for (let round = 0; round < ROUNDS; round++)
      for (const key of QUEUE_KEYS) queue.push(await pressAndWait(app, key, chosenJob));
    // The last of the list is the one that ended.
    app.press("\u001B[F");
    await app.until(() => /›\S* .*long/.test(app.text()));
    app.press("2");
    await setTimeout(1500);
    const chart: number[] = [];
    for (let round = 0; round < ROUNDS; round++)
      for (const key of CHART_KEYS) chart.push(await pressAndWait(app, key, (text) => rightHalf(text, size)));
    figures.push(
      ...timesOf(`${nameOf(size)}: key in a queue of ${JOBS}`, queue, { median: LIMIT_MS, worst: LIMIT_MS }),
      ...timesOf(`${nameOf(size)}: key in a chart of ${POINTS}`, chart, {
        median: LIMIT_MS,
        worst: LIMIT_MS,
      }),
      { what: `${nameOf(size)}: memory`, value: app.residentBytes().now / 1e6, unit: "MB" },
    );
  }
  return figures;
}

async function pressAndWait(
  app: BenchedTerminal,
  key: string,
  look: (text: string) => string | undefined,
): Promise<number> {
  const milliseconds = await app.change(key, look);
  await setTimeout(60 + Math.random() * 60);
  return milliseconds;
}

function chosenJob(text: string): string | undefined {
  return /›[^\n│]*?(photo|p\d{4}|long)/.exec(text)?.[1];
}

/** What stands to the right of the queue: nothing there moves by itself while a job is selected that has ended. */
function rightHalf(text: string, { columns, rows }: { columns: number; rows: number }): string {
  const lines = text.split("\n").slice(Math.floor(rows / 2), -1);
  return lines.map((line) => line.slice(Math.floor(columns * 0.4))).join("\n");
}

/** Jobs that are held, and one that is done and has many losses, as the daemon would have left them. */
function fillQueue(home: string, pictures: { content: string; style: string }): void {
  const layout = new HomeLayout(join(home, "data"));
  const store = new Store(openDatabase(layout.database));
  const names = ["content.conv4_2", ...[1, 2, 3, 4, 5].map((block) => `style.conv${block}_1`), "tv"];
  const lossAt = (iteration: number): LossPoint => {
    const total = 100 / iteration ** 0.7 + 0.05 * Math.sin(iteration / 300) ** 2 + 0.01;
    const terms = Object.fromEntries(names.map((name, i) => [name, total / (i + 2)]));
    return { iteration, stage: 0, seconds: iteration / 10, total, terms };
  };
  const save = (id: string, position: number, name: string, rest: Pick<Job, "status" | "progress">) =>
    store.saveJob({
      key: id,
      job: {
        id,
        recipe: realRecipe({ ...pictures, content: `/pictures/${name}.png` }, { iterations: POINTS }),
        group: "",
        priority: 0,
        position,
        after: [],
        out: null,
        created: 1,
        stalls: 0,
        branchedFrom: null,
        plan: { width: 48, height: 32, stages: [{ size: 48, iterations: POINTS }], styles: [] },
        ...rest,
      },
    });
  const { total: loss, terms, seconds } = lossAt(POINTS);
  store.atomically(() => {
    save("long0000", 0, "long", {
      status: { state: "done", at: 1, picture: "/pictures/long-out.png", problem: null },
      progress: {
        stage: 0,
        width: 48,
        height: 32,
        stageIteration: POINTS,
        iteration: POINTS,
        evaluations: POINTS,
        loss,
        terms,
        seconds,
      },
    });
    const losses = Array.from({ length: POINTS }, (_, i) => lossAt(i + 1));
    store.addLosses("long0000", losses);
    for (let i = 0; i < JOBS; i++) {
      const number = String(i).padStart(4, "0");
      save(`held${number}`, 1 + i, `p${number}`, {
        status: { state: "queued", held: true },
        progress: null,
      });
    }
  });
  store.close();
}
