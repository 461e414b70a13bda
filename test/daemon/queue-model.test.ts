import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { assert, beforeAll, describe, expect, test } from "vitest";
import type { Queue } from "../../daemon/queue/queue.ts";
import { addParams } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { QueueSystem } from "../support/queue-system.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

type State = "queued" | "held" | "running" | "paused" | "done" | "failed" | "cancelled";

interface ModelJob {
  readonly name: number;
  state: State;
  readonly priority: number;
  after: readonly number[];
  stalls: number;
  /** Since it was last taken up. */
  hasProgressed: boolean;
}

/** What the queue should do, in its simplest form. */
class Model {
  jobs: ModelJob[] = [];
  isPaused = false;
  readonly workers: number;

  constructor(workers: number) {
    this.workers = workers;
  }

  isWaiting({ state }: ModelJob): boolean {
    return state === "queued" || state === "held" || state === "running" || state === "paused";
  }

  running(): ModelJob[] {
    return this.jobs.filter(({ state }) => state === "running");
  }

  end(job: ModelJob, state: "failed" | "cancelled" | "done"): void {
    job.state = state;
    if (state !== "done") this.failAfter(job.name);
  }

  failAfter(name: number): void {
    for (const other of this.jobs)
      if (this.isWaiting(other) && other.state !== "running" && other.after.includes(name))
        this.end(other, "failed");
  }

  /** Lets what should run, run on so many workers; `jobs` is in the order of positions. */
  pump(workers = this.workers): void {
    if (this.isPaused) return;
    const runnable = this.jobs
      .filter(
        (job) =>
          (job.state === "queued" || job.state === "running") &&
          !job.after.some((name) => this.jobs.some((other) => other.name === name && this.isWaiting(other))),
      )
      .toSorted((a, b) => b.priority - a.priority);
    for (const next of runnable) {
      if (next.state === "running") continue;
      if (this.running().length >= workers) {
        const last = runnable.findLast(({ state }) => state === "running");
        if (last === undefined || last.priority >= next.priority) return;
        last.state = "queued";
      }
      next.state = "running";
      next.hasProgressed = false;
    }
  }
}

interface Real {
  readonly system: QueueSystem;
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
  const working = [...system.working.values()].map((id) => nameOf(id, ids)).toSorted();
  return { ...Object.fromEntries(states), working: working.join() };
}

function statesIn(model: Model): Record<string, string> {
  return {
    ...Object.fromEntries(model.jobs.map(({ name, state }) => [name, state])),
    working: model
      .running()
      .map(({ name }) => String(name))
      .toSorted()
      .join(),
  };
}

function nameOf(id: string | undefined, ids: ReadonlyMap<number, string>): string {
  return String([...ids].find(([, one]) => one === id)?.[0] ?? "nothing");
}

/** Waits until both are equal, as long as starting and sweeping may take. */
async function expectEventually(real: Real, model: Model): Promise<void> {
  const deadline = performance.now() + 45_000;
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

/** Something that happens to a worker with a job. */
const worker = (
  name: string,
  inModel: (model: Model, job: ModelJob) => void,
  inReality: (system: QueueSystem, job: string) => void,
) =>
  pick.map((on) => {
    let target: number | undefined;
    return new Step(
      `${name}(${on})`,
      (model) => model.running().length > 0,
      (model) => {
        const job = model.jobs.find((one) => one.name === target);
        if (job !== undefined) inModel(model, job);
      },
      ({ system, ids }, model) => {
        const running = model.running();
        target = running[on % running.length]?.name;
        inReality(system, ids.get(target ?? -1) ?? "");
      },
    );
  });

const death = worker(
  "a worker dies",
  (model, job) => {
    // Once it got on, the count begins anew; a third death in a row is the last.
    job.stalls = job.hasProgressed ? 0 : job.stalls + 1;
    if (job.stalls > 2) model.end(job, "failed");
    else job.state = "queued";
    // The others take up its work until the next worker is there.
    model.pump(model.workers - 1);
  },
  (system, job) => system.die(job),
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
      if (job.state !== "done") return model.failAfter(job.name);
      for (const other of model.jobs)
        if (model.isWaiting(other)) other.after = other.after.filter((name) => name !== job.name);
    },
    async (queue, job) => await queue.remove({ job }),
  ),
  worker(
    "a worker gets on",
    (_, job) => {
      Object.assign(job, { stalls: 0, hasProgressed: true });
    },
    (system, job) => system.progress(job),
  ),
  death,
  death,
  death,
  worker(
    "a worker finishes",
    (model, job) => model.end(job, "done"),
    (system, job) => system.finish(job),
  ),
  fc.constant(
    new Step(
      "the queue is paused",
      () => true,
      (model) => {
        model.isPaused = true;
        for (const job of model.running()) job.state = "queued";
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
        for (const job of model.running()) job.state = "queued";
        // What was tried again after the job before it was removed finds that out now.
        const left = model.jobs.map(({ name }) => name);
        for (const job of model.jobs)
          if (model.isWaiting(job) && job.after.some((name) => !left.includes(name)))
            model.end(job, "failed");
      },
      ({ system }) => system.restart(),
    ),
  ),
];

describe("the queue as a model", () => {
  test.each([
    { workers: 1, runs: 60 },
    { workers: 2, runs: 40 },
  ])(
    "whatever is done in whatever order, every job is in the state it should be in: $workers",
    async ({ workers, runs }) => {
      const outcome = await fc.check(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: "max" }), async (steps) => {
          const system = new QueueSystem(folder, workers);
          try {
            await fc.asyncModelRun(
              () => ({ model: new Model(workers), real: { system, ids: new Map() } }),
              steps,
            );
          } finally {
            system.close();
          }
        }),
        { numRuns: runs, endOnFailure: true },
      );
      expect(
        outcome.failed,
        `${fc.defaultReportMessage(outcome)}\n${JSON.stringify(outcome.errorInstance)}`,
      ).toBe(false);
    },
  );
});

/** Waits until the workers have the jobs that `expected` names. */
async function expectWorking(system: QueueSystem, expected: Readonly<Record<string, string>>): Promise<void> {
  await expect.poll(() => Object.fromEntries(system.working)).toEqual(expected);
}

const addSmall = async ({ queue }: QueueSystem, priority = 0, size = 32) =>
  (await queue.add(addParams(smallRecipe(pictures, { size, iterations: 2 }), { priority }))).id;

test("a job waits for a worker whose device has room for it, and lets others pass", async () => {
  const [SMALL, LARGE] = ["worker 0", "worker 1"];
  const system = new QueueSystem(folder, 2, (name, { plan }) => name === LARGE || plan.width <= 32);
  const first = await addSmall(system, 0, 48);
  const second = await addSmall(system, 0, 48);
  const third = await addSmall(system);
  await expectWorking(system, { [LARGE]: first, [SMALL]: third });
  // One that has to make way does so on the device that has the room.
  const urgent = await addSmall(system, 1, 48);
  await expectWorking(system, { [LARGE]: urgent, [SMALL]: third });
  system.finish(third);
  system.finish(urgent);
  await expectWorking(system, { [LARGE]: first });
  system.finish(first);
  await expectWorking(system, { [LARGE]: second });
  system.close();
});

test("a job that no device has room for is given to any, to fail there with the reason", async () => {
  const system = new QueueSystem(folder, 1, () => false);
  const id = await addSmall(system);
  await expectWorking(system, { "worker 0": id });
  system.close();
});

test("a device that breaks is not the job's fault, however often", async () => {
  const system = new QueueSystem(folder, 1);
  const id = await addSmall(system);
  for (let i = 0; i < 5; i++) {
    await expectWorking(system, { "worker 0": id });
    system.die(id, true);
  }
  await expectWorking(system, { "worker 0": id });
  expect(system.jobs()[0]).toMatchObject({ id, stalls: 0 });
  system.close();
});
