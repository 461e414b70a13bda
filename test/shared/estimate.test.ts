import { expect, test } from "vitest";
import { secondsLeftForAll } from "../../shared/estimate.ts";
import type { Job, JobStatus } from "../../shared/jobs.ts";

/** A job of 100 iterations at 1000 px, of which some are done, at a second each. */
function job(status: JobStatus, done = 0): Job {
  const stages = [{ size: 1000, iterations: 100 }];
  const at = { stage: 0, size: 1000, stageIteration: done, iteration: done, evaluations: done };
  const progress = done === 0 ? null : { ...at, seconds: done };
  return { status, plan: { width: 1000, height: 1000, stages }, progress } as Job;
}

const running: JobStatus = { state: "running", since: 0 };
const queued: JobStatus = { state: "queued", held: false };

test("the time left for the queue counts what runs side by side once, and nothing that is held", () => {
  expect(secondsLeftForAll([job(running, 40), job(queued)], 1)).toBeCloseTo(160);
  expect(secondsLeftForAll([job(running, 40), job(running, 40), job(queued)], 1)).toBeCloseTo(110);
  expect(secondsLeftForAll([job(running, 90), job(running, 10)], 1)).toBeCloseTo(90);
  expect(secondsLeftForAll([job(running, 40), job({ state: "queued", held: true })], 1)).toBeCloseTo(60);
  expect(secondsLeftForAll([job(queued)], undefined)).toBeUndefined();
});
