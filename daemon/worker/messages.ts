import { z } from "zod";
import type { ControlValues, TimelineEntry } from "../../shared/controls.ts";
import { type JobProgress, progressSchema } from "../../shared/jobs.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { PICTURE_FORMATS, type PictureFormat } from "../../shared/requests.ts";

/** All that a worker needs to make a picture or go on with it. */
export interface Assignment {
  readonly job: string;
  readonly recipe: Recipe;
  /** Every change of controls, the ones after the checkpoint to be made again at their iterations. */
  readonly timeline: readonly TimelineEntry[];
  /** Path of each picture by its hash. */
  readonly pictures: Readonly<Record<string, string>>;
  /** Folder that checkpoints and the result go to. */
  readonly folder: string;
  /** Names of the files of the checkpoint to go on from; without a state only its picture is taken. */
  readonly from: {
    readonly picture: string;
    readonly state: string | null;
    readonly progress: JobProgress;
  } | null;
  readonly checkpointSeconds: number;
}

/** A picture that somebody wants to see, at most every so often. */
export interface PreviewWish {
  readonly format: PictureFormat;
  readonly width: number;
  readonly everyMs: number;
}

/** What the daemon says to a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly assignment: Assignment }
  /** Change controls at the next iteration; the worker first says which one and waits for `decide`. */
  | { readonly type: "change"; readonly token: number; readonly changes: ControlValues }
  | { readonly type: "decide"; readonly token: number; readonly isGranted: boolean }
  /** Checkpoint after this iteration and let the job go. */
  | { readonly type: "stop"; readonly job: string }
  | { readonly type: "previews"; readonly wishes: readonly PreviewWish[] };

const checkpointFilesSchema = z.strictObject({
  picture: z.string(),
  picture_bytes: z.number(),
  state: z.string().nullable(),
  state_bytes: z.number(),
});
export type CheckpointFiles = Readonly<z.infer<typeof checkpointFilesSchema>>;

/** What a worker says. It may be broken, so every message is checked. */
export const fromWorkerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready"), engine: z.string(), device: z.string(), weights: z.string() }),
  /** Its device does not work; it ends, and another may try later. */
  z.strictObject({ type: z.literal("unavailable"), reason: z.string() }),
  z.strictObject({ type: z.literal("progress"), job: z.string(), progress: progressSchema }),
  z.strictObject({ type: z.literal("changing"), token: z.number(), iteration: z.number() }),
  z.strictObject({
    type: z.literal("checkpoint"),
    job: z.string(),
    progress: progressSchema,
    ...checkpointFilesSchema.shape,
  }),
  z.strictObject({
    type: z.literal("preview"),
    job: z.string(),
    iteration: z.number(),
    format: z.enum(PICTURE_FORMATS),
    /** The width that was asked for; the picture's own may be smaller. */
    wanted: z.number(),
    width: z.number(),
    height: z.number(),
    data: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  z.strictObject({ type: z.literal("note"), job: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal("stopped"), job: z.string() }),
  z.strictObject({ type: z.literal("done"), job: z.string(), progress: progressSchema, picture: z.string() }),
  z.strictObject({ type: z.literal("failed"), job: z.string(), reason: z.string(), isDiskFull: z.boolean() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
