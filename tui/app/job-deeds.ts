import { resolve } from "node:path";
import { messageOf, UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Move } from "../../shared/requests.ts";
import { objectionTo, orderedFor, VERBS, type VerbName } from "../../shared/verbs.ts";
import type { Connection } from "../client/connection.ts";
import { exportJob } from "../client/export-job.ts";
import { filmJob, USUAL_FILM } from "../client/film-job.ts";
import { needLink } from "../client/need-link.ts";

/** Told of a job that was made from another. */
export type OnBranch = (from: Job, branch: Job) => void;

interface Doing {
  /** Which jobs it makes sense for; any where it is left out. */
  readonly verb?: VerbName;
  /** What is said after a number of jobs. */
  readonly many: string;
  /** Does it to one, and resolves with what is said after its id. */
  readonly act: (daemon: Connection, job: Job, onBranch: OnBranch) => Promise<string>;
}

/** What can be done to several jobs, one after the other. */
const JOB_DEEDS = {
  pause: simply("pause", "is paused", "paused"),
  resume: simply("resume", "goes on", "go on"),
  cancel: simply("cancel", "is cancelled", "cancelled"),
  retry: simply("retry", "is queued again", "queued again"),
  remove: simply("remove", "is removed", "removed"),
  branch: {
    many: "branched",
    act: async (daemon, job, onBranch) => {
      const from = { job: job.id, iteration: null, out: null };
      const branch = await daemon.request("branch", { ...from, changes: {} });
      onBranch(job, branch);
      return `branched at iteration ${branch.branchedFrom?.iteration ?? 0}, as ${branch.id}`;
    },
  },
  export: {
    many: "exported",
    act: async (daemon, job) => `wrote ${(await exportJob(daemon, job.id, null, exportPath(job))).picture}`,
  },
  film: {
    many: "filmed",
    act: async (daemon, job) => `wrote ${(await filmJob(daemon, job.id, filmPath(job), USUAL_FILM)).film}`,
  },
  moveUp: move("up", "moved up"),
  moveDown: move("down", "moved down"),
  moveTop: move("top", "moved to the top"),
  moveBottom: move("bottom", "moved to the bottom"),
  raise: prioritise(1, "raised"),
  lower: prioritise(-1, "lowered"),
} as const satisfies Record<string, Doing>;

export type JobDeed = keyof typeof JOB_DEEDS;

/** Where pictures of a job are written: the same file every time. */
export function exportPathAt({ id }: Job, iteration: number): string {
  return resolve(`${id}-${iteration}.png`);
}

export function exportPath({ id }: Job): string {
  return resolve(`${id}.png`);
}

export function filmPath({ id }: Job): string {
  return resolve(`${id}.webp`);
}

function simply(verb: "pause" | "resume" | "cancel" | "retry" | "remove", one: string, many: string): Doing {
  return {
    verb,
    many,
    act: async (daemon, job) => {
      await daemon.request(verb, { job: job.id });
      return one;
    },
  };
}

/** Where nothing is left to be moved to. */
const END_OF = {
  top: "the first",
  up: "the first",
  down: "the last",
  bottom: "the last",
} as const satisfies Record<Move, string>;

function move(to: Move, done: string): Doing {
  return {
    verb: "move",
    many: done,
    act: async (daemon, job) => {
      const { position } = await daemon.request("move", { job: job.id, to });
      return position === job.position ? `is ${END_OF[to]} already` : done;
    },
  };
}

function prioritise(by: 1 | -1, many: string): Doing {
  return {
    verb: "prioritise",
    many,
    act: async (daemon, job) => {
      const { min, max } = LIMITS.priority;
      const wanted = Math.min(max, Math.max(min, job.priority + by));
      const { priority } = await daemon.request("prioritise", { job: job.id, priority: wanted });
      return `has priority ${priority}`;
    },
  };
}

/** Why it makes no sense for a job; undefined where it does. */
export function objection(kind: JobDeed, job: Job): string | undefined {
  const { verb }: Doing = JOB_DEEDS[kind];
  return verb === undefined ? undefined : objectionTo(verb, job);
}

/** The key that pauses also goes on; several jobs come to stand alike. */
export function pauseOrResume(jobs: readonly Job[]): { kind: "pause" | "resume"; jobs: readonly Job[] } {
  return jobs.some(VERBS.pause.applies)
    ? { kind: "pause", jobs: jobs.filter((job) => !VERBS.resume.applies(job)) }
    : { kind: "resume", jobs };
}

/** From the bottom up where the order would turn otherwise. */
const FROM_BOTTOM: readonly JobDeed[] = ["moveDown", "moveTop"];

/** Does it to all that it makes sense for. Resolves with what happened; throws it where some were left. */
export async function doToJobs(
  daemon: Connection,
  kind: JobDeed,
  jobs: readonly Job[],
  onBranch: OnBranch,
): Promise<string> {
  const { verb, many, act }: Doing = JOB_DEEDS[kind];
  const ordered = verb === undefined ? jobs : orderedFor(verb, jobs);
  const done: string[] = [];
  const problems: string[] = [];
  for (const job of FROM_BOTTOM.includes(kind) ? ordered.toReversed() : ordered)
    try {
      const problem = objection(kind, job);
      if (problem !== undefined) throw new UserError(problem);
      needLink(daemon);
      done.push(`${job.id} ${await act(daemon, job, onBranch)}`);
    } catch (error) {
      problems.push(messageOf(error));
    }
  const [problem] = problems;
  if (problem === undefined) return jobs.length === 1 ? (done[0] ?? "") : `${done.length} ${many}`;
  if (jobs.length === 1) throw new UserError(problem);
  const count = done.length === 0 ? `none ${many}` : `${done.length} ${many}; ${problems.length} not`;
  throw new UserError(`${count}: ${problem}`);
}
