import { z } from "zod";
import { namedNumbers } from "./named-numbers.ts";
import { recipeSchema } from "./recipe.ts";

const instant = z.number().int().min(0).describe("milliseconds since 1970");
const count = z.number().int().min(0);

/** Where a job's picture stands; kept for every job that ever ran. */
export const progressSchema = z.strictObject({
  stage: count,
  width: count,
  height: count,
  stageIteration: count,
  iteration: count,
  evaluations: count,
  loss: z.number(),
  terms: z.record(z.string(), z.number()),
  /** Seconds of work so far, without pauses. */
  seconds: z.number(),
  /** Seconds per iteration lately, in this stage; left out where there are too few. */
  pace: z.number().optional(),
});

/** One iteration's loss. */
export const lossSchema = z.strictObject({
  iteration: count,
  stage: count,
  seconds: z.number(),
  total: z.number(),
  terms: z.record(z.string(), z.number()),
});

/** What a job will do: the size of its picture, its stages, and how large its styles' files are, known when it is added. */
export const planSchema = z.strictObject({
  width: count,
  height: count,
  stages: z.array(z.strictObject({ size: count, iterations: count })).readonly(),
  styles: z.array(z.strictObject({ width: count, height: count })).readonly(),
});

/** The states of a job; each has only its own fields. */
export const jobStateSchema = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("queued"), held: z.boolean() }),
  z.strictObject({ state: z.literal("running"), since: instant }),
  z.strictObject({ state: z.literal("paused"), since: instant, reason: z.string() }),
  z.strictObject({
    state: z.literal("done"),
    at: instant,
    picture: z.string(),
    /** Why the picture is not where it was wanted. */
    problem: z.string().nullable(),
  }),
  z.strictObject({ state: z.literal("failed"), at: instant, reason: z.string() }),
  z.strictObject({ state: z.literal("cancelled"), at: instant }),
]);

export const UNFINISHED_STATES = ["queued", "running", "paused"] as const;
export const JOB_STATES = [...UNFINISHED_STATES, "done", "failed", "cancelled"] as const;
export type JobStateName = (typeof JOB_STATES)[number];

export const jobSchema = z.strictObject({
  id: z.string(),
  recipe: recipeSchema,
  group: z.string(),
  priority: z.number().int(),
  /** Order among those of its priority. */
  position: z.number(),
  /** Jobs that must be done before this one starts. */
  after: z.array(z.string()),
  /** Where the finished picture is copied to, on the daemon's machine. */
  out: z.string().nullable(),
  created: instant,
  status: jobStateSchema,
  plan: planSchema,
  progress: progressSchema.nullable(),
  /** Times that a worker died over it without getting any further. */
  stalls: count,
  branchedFrom: z.strictObject({ job: z.string(), iteration: count }).nullable(),
});

export const timelineEntrySchema = z.strictObject({
  iteration: count,
  /** Empty where the optimiser only began afresh, as after an undo. */
  changes: namedNumbers(),
});

export const checkpointInfoSchema = z.strictObject({
  iteration: count,
  stage: count,
  at: instant,
  loss: z.number(),
  /** Whether it holds the optimiser's state, or the picture alone. */
  whole: z.boolean(),
  bytes: count,
});

export type Job = z.infer<typeof jobSchema>;
export type JobStatus = z.infer<typeof jobStateSchema>;
export type JobPlan = z.infer<typeof planSchema>;
export type LossPoint = z.infer<typeof lossSchema>;
export type JobProgress = z.infer<typeof progressSchema>;
export type CheckpointInfo = z.infer<typeof checkpointInfoSchema>;

/** The iterations of all stages. */
export function iterationsOf({ stages }: Pick<JobPlan, "stages">): number {
  return stages.reduce((sum, { iterations }) => sum + iterations, 0);
}

/** The queue's order: higher priority first, then by position. */
export function byPlace(a: Job, b: Job): number {
  return b.priority - a.priority || a.position - b.position;
}

export function isFinished({ status }: Pick<Job, "status">): boolean {
  return !UNFINISHED_STATES.some((state) => state === status.state);
}
