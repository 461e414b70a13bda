import { expect, test } from "vitest";
import {
  fractionDone,
  secondsLeft,
  secondsLeftForAll,
  secondsUntilDone,
  speedFrom,
} from "../../shared/estimate.ts";
import type { Job, JobStatus } from "../../shared/jobs.ts";

let made = 0;

/** A job of 100 iterations at 1000 px, of which some are done, at a second each. */
function job(status: JobStatus, done = 0): Job {
  const stages = [{ size: 1000, iterations: 100 }];
  const at = { stage: 0, size: 1000, stageIteration: done, iteration: done, evaluations: done };
  const progress = done === 0 ? null : { ...at, seconds: done };
  return {
    id: `job${made++}`,
    after: [],
    status,
    plan: { width: 1000, height: 1000, stages },
    progress,
  } as unknown as Job;
}

const running: JobStatus = { state: "running", since: 0 };
const queued: JobStatus = { state: "queued", held: false };

const leftForAll = (jobs: Job[], speed?: number) => secondsLeftForAll(jobs, secondsUntilDone(jobs, speed));

test("the time left for the queue counts what runs side by side once, and nothing that is held", () => {
  expect(leftForAll([job(running, 40), job(queued)], 1)).toBeCloseTo(160);
  expect(leftForAll([job(running, 40), job(running, 40), job(queued)], 1)).toBeCloseTo(160);
  expect(leftForAll([job(running, 90), job(running, 10)], 1)).toBeCloseTo(90);
  expect(leftForAll([job(running, 40), job({ state: "queued", held: true })], 1)).toBeCloseTo(60);
  expect(leftForAll([job(queued)])).toBeUndefined();
});

test("each job's time is when it is done: after those before it, on the device that is free first", () => {
  const jobs = [
    job(running, 90),
    job(running, 10),
    job(queued),
    job({ state: "queued", held: true }),
    job(queued),
  ];
  const until = secondsUntilDone(jobs, 1);
  const seconds = jobs.map(({ id }) => until.get(id));
  expect(seconds.map((one) => (one === undefined ? "never" : Math.round(one)))).toEqual([
    10,
    90,
    110,
    "never",
    190,
  ]);
  expect(secondsUntilDone([job(queued)], undefined).size).toBe(0);
});

test("the time left is by the pace of now, where it is known", () => {
  const plan = {
    width: 1000,
    height: 500,
    stages: [
      { size: 500, iterations: 100 },
      { size: 1000, iterations: 100 },
    ],
  };
  const status = { state: "running" } as const;
  // A second each so far, but of iterations that begin to take two, and eight at twice the size.
  const progress = { stage: 0, stageIteration: 50, seconds: 50 };
  expect(secondsLeft({ plan, status, progress }, undefined)).toBeCloseTo(50 + 400);
  expect(secondsLeft({ plan, status, progress: { ...progress, pace: 2 } }, undefined)).toBeCloseTo(100 + 800);
  expect(secondsLeft({ plan, status, progress: { ...progress, stage: 1, pace: 2 } }, 9)).toBeCloseTo(100);
  expect(secondsLeft({ plan, status, progress: null }, undefined)).toBeUndefined();
});

test("a job that comes after others is done after them, whatever its place", () => {
  const first = job(running, 90);
  const second = job(queued);
  const third = { ...job(queued), after: [second.id] };
  expect([...secondsUntilDone([third, first, second], 1).values()].map(Math.round)).toEqual([10, 110, 210]);
  const held = job({ state: "queued", held: true });
  expect(secondsUntilDone([{ ...job(queued), after: [held.id] }, held], 1).size).toBe(0);
});

test("in a long queue a job that waits for a held one has no time, and is not gone through again for each of the others", () => {
  const held = job({ state: "queued", held: true });
  let looks = 0;
  const watched = (one: Job): Job => ({
    ...one,
    get after() {
      looks++;
      return one.after;
    },
  });
  const waiting = Array.from({ length: 200 }, () => watched({ ...job(queued), after: [held.id] }));
  const indirectly = watched({ ...job(queued), after: waiting.slice(-1).map(({ id }) => id) });
  const free = Array.from({ length: 200 }, () => watched(job(queued)));
  expect([...secondsUntilDone([held, ...waiting, indirectly, ...free], 1).keys()]).toEqual(
    free.map(({ id }) => id),
  );
  expect(looks).toBeLessThan(2000);
});

test("a job's first iterations, which opened it, say nothing of its speed", () => {
  expect(speedFrom([job(running, 4)])).toBeUndefined();
  expect(speedFrom([job(running, 5)])).toBeCloseTo(1);
  const later = { ...job(running), progress: { stage: 1, stageIteration: 1, seconds: 202 } } as Job;
  const [stage] = later.plan.stages;
  const plan = { ...later.plan, stages: [stage, stage] as Job["plan"]["stages"] };
  expect(speedFrom([{ ...later, plan }])).toBeCloseTo(2);
});

test("the speed of others is that of what runs, else of the newest five", () => {
  const ended = (seconds: number) => {
    const one = job({ state: "failed", at: 0, reason: "" }, 100);
    return { ...one, progress: { ...one.progress, seconds } } as Job;
  };
  const all = [900, 900, 900, 900, 100, 200, 300, 400, 500].map(ended);
  expect(speedFrom(all)).toBeCloseTo(3);
  expect(speedFrom([...all, job(running, 50)])).toBeCloseTo(1);
});

test("what is done is done, however few iterations it took, and with nothing under way no time is left", () => {
  const done = job({ state: "done", at: 0, picture: "", problem: null }, 40);
  expect(fractionDone(done)).toBe(1);
  expect(fractionDone(job(running, 40))).toBeCloseTo(0.4);
  expect(leftForAll([done], 1)).toBeUndefined();
});
