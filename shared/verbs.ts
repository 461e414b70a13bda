import { isFinished, type Job } from "./jobs.ts";

interface Verb {
  /** Which jobs it makes sense for. */
  readonly applies: (job: Job) => boolean;
  /** What is said of any other. */
  readonly otherwise: string;
}

const isHalted = ({ status }: Job) => status.state === "paused" || (status.state === "queued" && status.held);
const isUnfinished = (job: Job) => !isFinished(job);
const PLACED = { applies: isUnfinished, otherwise: "it has no place in the queue any more" };

/** What is done to jobs by the state they are in. Commands and the terminal interface derive from this table. */
export const VERBS = {
  pause: {
    applies: (job) => isUnfinished(job) && !isHalted(job),
    otherwise: "only what waits or runs can be paused",
  },
  resume: { applies: isHalted, otherwise: "only what is paused or held can go on" },
  cancel: { applies: isUnfinished, otherwise: "there is nothing to cancel" },
  retry: {
    applies: ({ status }) => status.state === "failed" || status.state === "cancelled",
    otherwise: "it has not failed",
  },
  remove: { applies: ({ status }) => status.state !== "running", otherwise: "cancel it first" },
  move: PLACED,
  prioritise: PLACED,
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof VERBS;

/**
 * Jobs in the order in which a verb is carried out on several. What waits must not start when what runs gives way, nor
 * fail when what it was to come after is cancelled: the last ones come first.
 */
export function orderedFor(verb: VerbName, jobs: readonly Job[]): readonly Job[] {
  if (verb !== "pause" && verb !== "cancel") return jobs;
  const isRunning = ({ status }: Job) => status.state === "running";
  const last = jobs.toReversed();
  return [...last.filter((job) => !isRunning(job)), ...last.filter(isRunning)];
}

/** Why a verb makes no sense for a job; undefined where it does. */
export function objectionTo(verb: VerbName, job: Job): string | undefined {
  const { applies, otherwise }: Verb = VERBS[verb];
  const { status } = job;
  const state = status.state === "queued" && status.held ? "held" : status.state;
  return applies(job) ? undefined : `${job.id} is ${state}; ${otherwise}`;
}
