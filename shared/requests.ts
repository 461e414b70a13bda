import { z } from "zod";
import {
  checkpointInfoSchema,
  JOB_STATES,
  jobSchema,
  lossSchema,
  planSchema,
  timelineEntrySchema,
} from "./jobs.ts";
import { LIMITS } from "./limits.ts";
import { namedNumbers } from "./named-numbers.ts";
import { PLAIN_LINE } from "./plain-text.ts";
import { contradictionIn, type Recipe, recipeSchema } from "./recipe.ts";

/** Bytes of a file per `upload` or `read`. */
export const CHUNK_BYTES = 512 << 10;
/** A picture file may be this large. */
export const MAX_PICTURE_BYTES = 512e6;

/** A picture to look at may have so many bytes in its format: what shows it takes frames of 64 MiB, in base64. */
export const MAX_VIEW_BYTES = 48e6;
const NO_LINE = "expected one line of text";

/** Where a job goes among those of its priority. */
export const MOVES = ["top", "up", "down", "bottom"] as const;
export type Move = (typeof MOVES)[number];

/** How a picture is encoded; `rgb` is width × height × 3 bytes. */
export const PICTURE_FORMATS = ["jpeg", "png", "rgb"] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

const job = z.string().min(1).max(64).describe("id of a job, or a unique beginning of one");
const changes = namedNumbers(z.string().max(64)).describe("values of controls by name");
const iteration = z
  .number()
  .int()
  .min(0)
  .nullable()
  .describe("a checkpoint's iteration, or null for the newest (with changes, the newest before the end)");
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const out = z.string().max(4096).nullable().describe("where the daemon's machine also gets the picture");
const priority = z
  .number()
  .int()
  .min(LIMITS.priority.min)
  .max(LIMITS.priority.max)
  .describe("higher runs first");
const group = z.string().max(64).regex(PLAIN_LINE, NO_LINE).describe("a label");
const held = z.boolean().describe("waits until it is resumed");
const after = z.array(job).max(64).describe("jobs that must be done first");
const timeline = z
  .array(timelineEntrySchema)
  .max(10_000)
  .describe("changes to be made again; in an `edit` null leaves those of the job");
const format = z.enum(PICTURE_FORMATS);
const width = z.number().int().min(1).max(4096).describe("pixels; never enlarged");
const offset = z.number().int().min(0).describe("byte to begin at");
/** Of a new job; those of older ones are taken as they are. */
const recipe = recipeSchema
  .refine(({ preset }) => PLAIN_LINE.test(preset), { path: ["preset"], error: NO_LINE })
  .refine(({ schedule }) => contradictionIn(schedule) === undefined, {
    path: ["schedule"],
    error: ({ input }) => contradictionIn((input as Recipe).schedule),
  });
const nothing = z.strictObject({});

export const loadSchema = z.strictObject({
  percent: z.number().nullable().describe("how busy the device is, by whomever"),
  memoryUsedBytes: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  celsius: z.number().nullable(),
});
export type DeviceLoad = z.infer<typeof loadSchema>;

export const workerSchema = z.strictObject({
  id: z.string().describe("the device as the daemon was told of it, such as onnx/cuda:0"),
  pid: z.number().nullable(),
  engine: z.string(),
  device: z.string(),
  weights: z.string(),
  state: z
    .enum(["starting", "ready", "gone", "aside"])
    .describe("aside: the device does not work, and is tried again later"),
  /** Why it is gone or aside. */
  detail: z.string(),
  job: z.string().nullable(),
  restarts: z.number(),
  load: loadSchema.nullable().describe("of its device, while it works"),
});
export type WorkerInfo = z.infer<typeof workerSchema>;

/**
 * Every request: whether it changes anything, whether a later daemon still knows that it was carried out, what it takes
 * and answers. The docs are made from this table.
 */
export const REQUESTS = {
  status: {
    changes: false,
    meaning: "what the daemon is and does",
    params: nothing,
    result: z.strictObject({
      version: z.string(),
      pid: z.number(),
      started: z.number(),
      home: z.string(),
      paused: z.boolean(),
      workers: z.array(workerSchema),
      jobs: z.record(z.enum(JOB_STATES), z.number()),
      clients: z.number(),
      rssBytes: z.number(),
      loopDelayP999Ms: z.number(),
    }),
  },
  add: {
    changes: true,
    isKeyKept: true,
    meaning: "puts a job into the queue; its pictures are copied",
    params: z.strictObject({
      recipe: recipe.describe("pictures by absolute path, or by the hash of one the daemon has"),
      timeline: timeline,
      out,
      group,
      priority,
      after,
      held,
    }),
    result: jobSchema,
  },
  estimate: {
    changes: false,
    meaning: "what a recipe would take, before it is queued",
    params: z.strictObject({ recipe }),
    result: z.strictObject({
      plan: planSchema,
      bytes: z.number().describe("of memory at its peak"),
      freeBytes: z.number(),
      largestSize: z
        .number()
        .describe("longest side that would fit into what is free, up to the one asked for"),
    }),
  },
  have: {
    changes: false,
    meaning: "which of these pictures the daemon has not",
    params: z.strictObject({ sha256: z.array(sha256).max(128) }),
    result: z.strictObject({ missing: z.array(z.string()) }),
  },
  upload: {
    changes: true,
    meaning: "a piece of a picture, in order; checked against its hash when it is whole",
    params: z.strictObject({
      sha256,
      total: z.number().int().min(1).max(MAX_PICTURE_BYTES),
      offset,
      data: z.base64().max(Math.ceil(CHUNK_BYTES / 3) * 4),
    }),
    result: z.strictObject({ received: z.number() }),
  },
  list: {
    changes: false,
    meaning: "jobs in the queue's order, then finished ones, newest first",
    params: z.strictObject({
      states: z.array(z.enum(JOB_STATES)).max(JOB_STATES.length).nullable(),
      group: z.string().max(64).nullable(),
      skip: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    result: z.array(jobSchema),
  },
  show: {
    changes: false,
    meaning: "a job with its timeline and checkpoints",
    params: z.strictObject({ job }),
    result: z.strictObject({
      job: jobSchema,
      timeline: z.array(timelineEntrySchema),
      lastChange: timelineEntrySchema.nullable().describe("what an undo takes back"),
      checkpoints: z.array(checkpointInfoSchema),
    }),
  },
  losses: {
    changes: false,
    meaning: "losses of a job, thinned to about so many points",
    params: z.strictObject({ job, points: z.number().int().min(2).max(20_000) }),
    result: z.array(lossSchema),
  },
  pause: {
    changes: true,
    meaning: "pauses a job at its next iteration, or with null the whole queue",
    params: z.strictObject({ job: job.nullable() }),
    result: jobSchema.nullable(),
  },
  resume: {
    changes: true,
    meaning: "takes a paused or held job up again, or with null the whole queue",
    params: z.strictObject({ job: job.nullable() }),
    result: jobSchema.nullable(),
  },
  cancel: {
    changes: true,
    meaning: "ends a job for good",
    params: z.strictObject({ job }),
    result: jobSchema,
  },
  retry: {
    changes: true,
    meaning: "queues a failed or cancelled job again, from its last checkpoint",
    params: z.strictObject({ job }),
    result: jobSchema,
  },
  remove: {
    changes: true,
    meaning: "deletes a job that is not running, its checkpoints and its stored picture",
    params: z.strictObject({ job }),
    result: nothing,
  },
  move: {
    changes: true,
    meaning: "moves a job within those of its priority",
    params: z.strictObject({ job, to: z.enum(MOVES) }),
    result: jobSchema,
  },
  prioritise: {
    changes: true,
    meaning: "a job of higher priority runs first, and interrupts one of lower",
    params: z.strictObject({ job, priority }),
    result: jobSchema,
  },
  edit: {
    changes: true,
    meaning:
      "replaces the recipe of a job that has not started; `out`, `group` and `after` too, unless they are left out",
    params: z.strictObject({
      job,
      recipe,
      timeline: timeline.nullable(),
      out: out.optional(),
      group: group.optional(),
      after: after.optional(),
    }),
    result: jobSchema,
  },
  set: {
    changes: true,
    meaning: "changes controls; answered when the change is in effect",
    params: z.strictObject({ job, changes }),
    result: z.strictObject({ job: jobSchema, iteration: z.number() }),
  },
  undo: {
    changes: true,
    meaning:
      "goes back to the checkpoint before the last change; those of the same controls that follow each other at once are one",
    params: z.strictObject({ job }),
    result: jobSchema,
  },
  branch: {
    changes: true,
    isKeyKept: true,
    meaning:
      "a new job from a checkpoint of another, whose `group` and `priority` it has unless they are given",
    params: z.strictObject({
      job,
      iteration,
      changes,
      out,
      group: group.optional(),
      priority: priority.optional(),
      after: after.optional(),
      held: held.optional(),
    }),
    result: jobSchema,
  },
  watch: {
    changes: false,
    meaning: "sends pictures of a job as binary frames from now on, at most so many per second; 0 ends it",
    params: z.strictObject({ job, format, width, perSecond: z.number().min(0).max(30) }),
    result: nothing,
  },
  picture: {
    changes: false,
    meaning: "the picture of a checkpoint, or one that the job is made from, scaled",
    params: z.strictObject({
      job,
      of: z.enum(["made", "content", "style"]),
      style: z.number().int().min(0).max(63).describe("which style, counted from 0"),
      iteration,
      format,
      width,
    }),
    result: z.strictObject({
      iteration: z.number(),
      width: z.number(),
      height: z.number(),
      data: z.base64(),
    }),
  },
  read: {
    changes: false,
    meaning: "a piece of the picture as a .png that carries recipe and timeline",
    params: z.strictObject({ job, iteration, offset }),
    result: z.strictObject({ iteration: z.number(), total: z.number(), data: z.base64() }),
  },
  log: {
    changes: false,
    meaning: "a piece of a job's log, or with null of the daemon's",
    params: z.strictObject({ job: job.nullable(), offset }),
    result: z.strictObject({ text: z.string(), next: z.number() }),
  },
  prune: {
    changes: true,
    meaning: "what old things take up, and with `remove` frees it",
    params: z.strictObject({
      days: z.number().min(0).describe("jobs that ended longer ago"),
      jobs: z.boolean().describe("whole jobs, rather than only their checkpoints"),
      remove: z.boolean(),
    }),
    result: z.strictObject({
      jobs: z.number(),
      checkpoints: z.number(),
      pictures: z.number().describe("input pictures that no job needs"),
      bytes: z.number(),
    }),
  },
  shutdown: {
    changes: true,
    meaning: "ends the daemon; running jobs go on when it comes up again",
    params: nothing,
    result: nothing,
  },
} as const satisfies Record<
  string,
  { changes: boolean; isKeyKept?: true; meaning: string; params: z.ZodType; result: z.ZodType }
>;

/** Whether a request that may have been carried out by a daemon that ended can be sent to the next one. */
export function isRepeatable(name: RequestName): boolean {
  const request = REQUESTS[name];
  return !request.changes || "isKeyKept" in request;
}

export type RequestName = keyof typeof REQUESTS;
export type Params<N extends RequestName> = z.infer<(typeof REQUESTS)[N]["params"]>;
export type Result<N extends RequestName> = z.infer<(typeof REQUESTS)[N]["result"]>;
