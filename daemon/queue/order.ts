import { isUnderWay } from "../../shared/estimate.ts";
import { byPlace } from "../../shared/jobs.ts";
import type { StoredJob } from "./store.ts";

export function inOrder(jobs: Iterable<StoredJob>): StoredJob[] {
  return [...jobs].toSorted((a, b) => byPlace(a.job, b.job));
}

/** The jobs that may be worked on, in order: running, or queued, not held, and waiting for nobody. */
export function runnableJobs(jobs: Iterable<StoredJob>): StoredJob[] {
  const all = inOrder(jobs);
  const unfinished = new Set(all.map(({ job }) => job.id));
  return all.filter(({ job }) => isUnderWay(job) && !job.after.some((id) => unfinished.has(id)));
}

/** The position that moves a job among its peers (those of its priority, in order, without itself). */
export function positionFor(
  to: "top" | "up" | "down" | "bottom",
  position: number,
  peers: readonly StoredJob[],
): number {
  const places = peers.map(({ job }) => job.position).toSorted((a, b) => a - b);
  const before = places.filter((place) => place < position);
  const behind = places.filter((place) => place >= position);
  const between = (a: number | undefined, b: number | undefined) =>
    a === undefined ? (b === undefined ? position : b - 1) : b === undefined ? a + 1 : (a + b) / 2;
  switch (to) {
    case "top":
      return before.length === 0 ? position : between(undefined, before[0]);
    case "bottom":
      return behind.length === 0 ? position : between(behind.at(-1), undefined);
    case "up":
      return before.length === 0 ? position : between(before.at(-2), before.at(-1));
    case "down":
      return behind.length === 0 ? position : between(behind[0], behind[1]);
  }
}
