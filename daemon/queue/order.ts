import { isUnderWay } from "../../shared/estimate.ts";
import { byPlace, type Job } from "../../shared/jobs.ts";
import type { Move } from "../../shared/requests.ts";
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

/** The positions, by the jobs' ids, that move one among its peers (the others of its priority): mostly its own alone. */
export function positionsFor(to: Move, moved: Job, peers: readonly Job[]): Map<string, number> {
  const position = positionFor(to, moved.position, peers);
  if (!peers.some((peer) => peer.position === position)) return new Map([[moved.id, position]]);
  // Between two there are no more numbers.
  const whole = new Map([...peers, moved].toSorted(byPlace).map(({ id }, i) => [id, i + 1]));
  const renumbered = (job: Job): Job => ({ ...job, position: whole.get(job.id) ?? job.position });
  return new Map([...whole, ...positionsFor(to, renumbered(moved), peers.map(renumbered))]);
}

function positionFor(to: Move, position: number, peers: readonly Job[]): number {
  const places = peers.map((job) => job.position).toSorted((a, b) => a - b);
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
