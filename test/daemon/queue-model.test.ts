import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { assert, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../daemon/queue/database.ts";
import { HomeLayout } from "../../daemon/queue/layout.ts";
import { Queue } from "../../daemon/queue/queue.ts";
import { Store } from "../../daemon/queue/store.ts";
import type { ToWorker } from "../../daemon/worker/messages.ts";
import type { Job } from "../../shared/jobs.ts";
import { addParams } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** The real queue on a real store, with a worker that does what a test tells it to, and can be restarted. */
class System {
  readonly #layout = new HomeLayout(mkdtempSync(join(folder, "home-")));
  #store!: Store;
  queue!: Queue;
  /** The job that the worker has. */
  working: string | undefined;

  constructor() {
    this.open();
  }

  open(): void {
    this.working = undefined;
    this.#store = new Store(openDatabase(this.#layout.database));
    const queue = new Queue({
      store: this.#store,
      layout: this.#layout,
      emit: () => {},
      onNote: () => {},
      checkpointSeconds: 30,
      // A worker of an earlier life is heard no more.
      sendToWorker: (message) => queue === this.queue && this.#obey(message),
    });
    this.queue = queue;
    queue.recover();
    queue.onWorkerMessage({ type: "ready", engine: "test", device: "test", weights: "none" });
  }

  #obey(message: ToWorker): void {
    if (message.type === "start") this.working = message.assignment.job;
    if (message.type === "stop" && message.job === this.working) {
      this.working = undefined;
      this.queue.onWorkerMessage({ type: "stopped", job: message.job });
    }
  }

  progress(): void {
    const job = this.working;
    if (job === undefined) return;
    this.queue.onWorkerMessage({ type: "progress", job, progress: PROGRESS });
  }

  finish(): void {
    const job = this.working;
    this.working = undefined;
    if (job === undefined) return;
    this.queue.onWorkerMessage({ type: "done", job, progress: PROGRESS, picture: "result.png" });
  }

  die(): void {
    this.working = undefined;
    this.queue.workerGone("the test killed it");
    this.queue.onWorkerMessage({ type: "ready", engine: "test", device: "test", weights: "none" });
  }

  /** As a kill does: nothing is written any more. */
  restart(): void {
    this.#store.close();
    this.open();
  }

  jobs(): Job[] {
    return this.queue.list({ states: null, group: null, skip: 0, limit: 500 });
  }

  close(): void {
    this.#store.close();
  }
}

const PROGRESS = {
  stage: 0,
  width: 32,
  height: 21,
  stageIteration: 1,
  iteration: 1,
  evaluations: 2,
  loss: 1,
  terms: {},
  seconds: 0.1,
};

type State = "queued" | "held" | "running" | "paused" | "done" | "failed" | "cancelled";

interface ModelJob {
  readonly name: number;
  state: State;
  readonly priority: number;
  readonly after: readonly number[];
  stalls: number;
  /** Since it was last taken up. */
  hasProgressed: boolean;
}

/** What the queue should do, in its simplest form. */
class Model {
  jobs: ModelJob[] = [];
  isPaused = false;

  isWaiting({ state }: ModelJob): boolean {
    return state === "queued" || state === "held" || state === "running" || state === "paused";
  }

  running(): ModelJob | undefined {
    return this.jobs.find(({ state }) => state === "running");
  }

  end(job: ModelJob, state: "failed" | "cancelled" | "done"): void {
    job.state = state;
    if (state !== "done") this.failAfter(job.name);
  }

  failAfter(name: number): void {
    for (const other of this.jobs)
      if (this.isWaiting(other) && other.after.includes(name)) this.end(other, "failed");
  }

  /** Lets what should run, run; `jobs` is in the order of positions. */
  pump(): void {
    if (this.isPaused) return;
    const next = this.jobs
      .filter(
        (job) =>
          (job.state === "queued" || job.state === "running") &&
          !job.after.some((name) => this.jobs.some((other) => other.name === name && this.isWaiting(other))),
      )
      .toSorted((a, b) => b.priority - a.priority)[0];
    const running = this.running();
    if (next === undefined || next === running) return;
    if (running !== undefined && next.priority <= running.priority) return;
    if (running !== undefined) running.state = "queued";
    next.state = "running";
    next.hasProgressed = false;
  }
}

interface Real {
  readonly system: System;
  readonly ids: Map<number, string>;
}

/** One thing that somebody may do; `on` picks among the jobs there are. */
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #check: (model: Readonly<Model>) => boolean;
  readonly #inModel: (model: Model) => void;
  readonly #inReality: (real: Real, model: Readonly<Model>) => unknown;

  constructor(
    name: string,
    check: (model: Readonly<Model>) => boolean,
    inModel: (model: Model) => void,
    inReality: (real: Real, model: Readonly<Model>) => unknown,
  ) {
    this.#name = name;
    this.#check = check;
    this.#inModel = inModel;
    this.#inReality = inReality;
  }

  check(model: Readonly<Model>): boolean {
    return this.#check(model);
  }

  async run(model: Model, real: Real): Promise<void> {
    const outcome = this.#inReality(real, model);
    this.#inModel(model);
    model.pump();
    await outcome;
    await expectEventually(real, model);
  }

  toString(): string {
    return this.#name;
  }
}

function statesOf({ system, ids }: Real): Record<string, string> {
  const byId = new Map(system.jobs().map((job) => [job.id, job]));
  const states = [...ids].flatMap(([name, id]) => {
    const status = byId.get(id)?.status;
    if (status === undefined) return [];
    return [[name, status.state === "queued" && status.held ? "held" : status.state] as const];
  });
  return { ...Object.fromEntries(states), working: nameOf(system.working, ids) };
}

function statesIn(model: Model): Record<string, string> {
  return {
    ...Object.fromEntries(model.jobs.map(({ name, state }) => [name, state])),
    working: String(model.running()?.name ?? "nothing"),
  };
}

function nameOf(id: string | undefined, ids: ReadonlyMap<number, string>): string {
  return String([...ids].find(([, one]) => one === id)?.[0] ?? "nothing");
}

/** Waits until both are equal, as long as starting and sweeping may take. */
async function expectEventually(real: Real, model: Model): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isDeepStrictEqual(statesOf(real), statesIn(model))) {
    if (performance.now() > deadline) assert.deepEqual(statesOf(real), statesIn(model));
    await setTimeout(1);
  }
}

let names = 0;

const pick = fc.nat({ max: 20 });
const chosen = (model: Readonly<Model>, on: number) => model.jobs[on % Math.max(1, model.jobs.length)];

/** A request on some job in one of the given states. */
function request(
  name: string,
  states: readonly State[],
  inModel: (model: Model, job: ModelJob) => void,
  inReality: (queue: Queue, job: string) => unknown,
) {
  return pick.map((on) => {
    let target: number | undefined;
    return new Step(
      `${name}(${on})`,
      (model) => states.includes(chosen(model, on)?.state as State),
      (model) => {
        const job = model.jobs.find((one) => one.name === target);
        if (job !== undefined) inModel(model, job);
      },
      (real, model) => {
        target = chosen(model, on)?.name;
        return inReality(real.system.queue, real.ids.get(target ?? -1) ?? "");
      },
    );
  });
}

const add = fc
  .record({ priority: fc.integer({ min: -1, max: 1 }), held: fc.boolean(), after: fc.option(pick) })
  .map(({ priority, held, after }) => {
    let name = 0;
    const predecessor = (model: Readonly<Model>) =>
      after === null || model.jobs.length === 0 ? undefined : chosen(model, after);
    return new Step(
      `add(priority ${priority}${held ? ", held" : ""}${after === null ? "" : `, after ${after}`})`,
      (model) => !["failed", "cancelled"].includes(predecessor(model)?.state ?? ""),
      (model) => {
        const first = predecessor(model);
        model.jobs.push({
          name,
          priority,
          stalls: 0,
          hasProgressed: false,
          state: held ? "held" : "queued",
          after: first === undefined ? [] : [first.name],
        });
      },
      async (real, model) => {
        name = ++names;
        const first = predecessor(model);
        const job = await real.system.queue.add(
          addParams(smallRecipe(pictures, { size: 32, iterations: 2 }), {
            priority,
            held,
            after: first === undefined ? [] : [real.ids.get(first.name) ?? ""],
          }),
        );
        real.ids.set(name, job.id);
      },
    );
  });

const worker = (name: string, inModel: (model: Model) => void, inReality: (system: System) => void) =>
  fc.constant(
    new Step(
      name,
      (model) => model.running() !== undefined,
      inModel,
      ({ system }) => inReality(system),
    ),
  );

const death = worker(
  "the worker dies",
  (model) => {
    const job = model.running();
    if (job === undefined) return;
    // Once it got on, the count begins anew; a third death in a row is the last.
    job.stalls = job.hasProgressed ? 0 : job.stalls + 1;
    if (job.stalls > 2) model.end(job, "failed");
    else job.state = "queued";
  },
  (system) => system.die(),
);

const commands = [
  add,
  add,
  request(
    "pause",
    ["queued", "held", "running", "paused"],
    (_, job) => {
      job.state = "paused";
    },
    async (queue, job) => await queue.pause({ job }),
  ),
  request(
    "resume",
    ["paused", "held", "queued", "running"],
    (_, job) => {
      if (job.state !== "running") job.state = "queued";
    },
    (queue, job) => queue.resume({ job }),
  ),
  request(
    "cancel",
    ["queued", "held", "running", "paused"],
    (model, job) => model.end(job, "cancelled"),
    async (queue, job) => await queue.cancel({ job }),
  ),
  request(
    "remove",
    ["queued", "held", "paused", "done", "failed", "cancelled"],
    (model, job) => {
      model.jobs = model.jobs.filter((one) => one !== job);
      model.failAfter(job.name);
    },
    async (queue, job) => await queue.remove({ job }),
  ),
  worker(
    "the worker gets on",
    (model) => {
      const job = model.running();
      if (job !== undefined) Object.assign(job, { stalls: 0, hasProgressed: true });
    },
    (system) => system.progress(),
  ),
  death,
  death,
  death,
  worker(
    "the worker finishes",
    (model) => {
      const job = model.running();
      if (job !== undefined) model.end(job, "done");
    },
    (system) => system.finish(),
  ),
  fc.constant(
    new Step(
      "the queue is paused",
      () => true,
      (model) => {
        model.isPaused = true;
        const job = model.running();
        if (job !== undefined) job.state = "queued";
      },
      async ({ system }) => await system.queue.pause({ job: null }),
    ),
  ),
  fc.constant(
    new Step(
      "the queue is resumed",
      () => true,
      (model) => {
        model.isPaused = false;
      },
      ({ system }) => system.queue.resume({ job: null }),
    ),
  ),
  fc.constant(
    new Step(
      "the daemon is killed and comes up",
      () => true,
      (model) => {
        const job = model.running();
        if (job !== undefined) job.state = "queued";
      },
      ({ system }) => system.restart(),
    ),
  ),
];

describe("the queue as a model", () => {
  test("whatever is done in whatever order, every job is in the state it should be in", async () => {
    const outcome = await fc.check(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: "max" }), async (steps) => {
        const system = new System();
        try {
          await fc.asyncModelRun(() => ({ model: new Model(), real: { system, ids: new Map() } }), steps);
        } finally {
          system.close();
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(outcome.failed, fc.defaultReportMessage(outcome)).toBe(false);
  });
});
