import { expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { objectionTo, orderedFor } from "../../shared/verbs.ts";

test("what waits is stopped before what runs, whose place it would take, and the last first", () => {
  const jobs = ["running", "queued", "running", "paused"].map(
    (state, i) => ({ id: `${i}`, status: { state } }) as unknown as Job,
  );
  const order = (verb: Parameters<typeof orderedFor>[0]) => orderedFor(verb, jobs).map(({ id }) => id);
  expect(order("cancel")).toEqual(["3", "1", "2", "0"]);
  expect(order("pause")).toEqual(["3", "1", "2", "0"]);
  expect(order("resume")).toEqual(["0", "1", "2", "3"]);
});

test("what is paused or held already cannot be paused", () => {
  const job = (status: Job["status"]) => ({ id: "a", status }) as unknown as Job;
  expect(objectionTo("pause", job({ state: "queued", held: false }))).toBeUndefined();
  expect(objectionTo("pause", job({ state: "queued", held: true }))).toMatch("a is held; only what waits");
  const paused = job({ state: "paused", since: 0, reason: "" });
  expect(objectionTo("pause", paused)).toMatch("a is paused; only what waits");
});
