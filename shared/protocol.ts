import { z } from "zod";
import { jobSchema, lossSchema, progressSchema, timelineEntrySchema } from "./jobs.ts";
import { REQUESTS, type RequestName, workerSchema } from "./requests.ts";

/** Raised when an older peer would misunderstand, be it an older daemon or an older client. */
export const PROTOCOL_VERSION = 5;
/** Frames from a client above this are refused: the longest recipe is far below, pictures travel in chunks. */
export const MAX_FRAME_BYTES = 1 << 20;
/** Of a client that are not answered yet; one more is refused. */
export const MAX_REQUESTS_AT_ONCE = 64;

export const KEY_LETTERS = { min: 8, max: 64 } as const;

/** The frame of a request; its params are checked by the table. */
export const requestSchema = z.strictObject({
  id: z.number().int().min(0).describe("of this connection; the answer names it"),
  key: z
    .string()
    .min(KEY_LETTERS.min)
    .max(KEY_LETTERS.max)
    .optional()
    .describe("made by the client; repeated after a cut, the request is not carried out twice"),
  request: z.enum(Object.keys(REQUESTS) as [RequestName, ...RequestName[]]),
  params: z.unknown(),
});

/** The first frame of a client: which version it speaks, and where its events broke off. */
export const helloSchema = z.strictObject({
  hello: z.number().int().describe("the client's protocol version"),
  resume: z.strictObject({ stream: z.string().max(64), after: z.number().int().min(0) }).nullable(),
});

/** Read before anything else of a hello: another version may have more in it. */
export const versionSchema = z.object({ hello: z.number().int() });

/**
 * What a client of another version is told. Every version says it so, and takes a hello and `shutdown` as they are here:
 * that is how any client ends any daemon.
 */
export function versionRefusal(client: number): string {
  const older = client < PROTOCOL_VERSION ? "client" : "daemon";
  return `the client speaks protocol ${client} and the daemon ${PROTOCOL_VERSION}; upgrade the ${older}`;
}

/** The daemon's version in its refusal. */
export function versionIn(refusal: string): number | undefined {
  const [, version] = /\bthe daemon (\d+)/.exec(refusal) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** What happens, in order, for every client. */
export const eventSchema = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("job"), job: jobSchema }),
  z.strictObject({
    event: z.literal("progress"),
    id: z.string(),
    progress: progressSchema,
    losses: z.array(lossSchema).describe("of every iteration since the last such event"),
  }),
  z.strictObject({ event: z.literal("removed"), id: z.string() }),
  z.strictObject({
    event: z.literal("changed"),
    id: z.string(),
    iteration: z.number(),
    changes: z.record(z.string(), z.number()),
    lastChange: timelineEntrySchema.describe("what an undo would take back now"),
  }),
  z.strictObject({
    event: z.literal("rewound"),
    id: z.string(),
    iteration: z.number().describe("of the checkpoint that the job went back to"),
  }),
  z.strictObject({ event: z.literal("queue"), paused: z.boolean() }),
  z.strictObject({ event: z.literal("worker"), worker: workerSchema }),
]);
export type DaemonEvent = z.infer<typeof eventSchema>;

/** Why a request was refused. `internal` is a fault of the daemon. */
export const ERROR_CODES = ["malformed", "unknown-job", "refused", "internal", "version"] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const welcomeSchema = z.strictObject({
  welcome: z.literal(PROTOCOL_VERSION),
  version: z.string().describe("of the daemon's program"),
  stream: z.string().describe("another life of the daemon has another stream"),
  sequence: z.number().describe("the last event's number"),
  replayed: z.boolean().describe("all events after the client's last one follow; else ask for a list"),
  paused: z.boolean(),
});

/** Text frames from the daemon. */
export const serverFrameSchema = z.union([
  welcomeSchema,
  z.strictObject({ answer: z.number(), result: z.unknown() }),
  z.strictObject({
    answer: z.number().nullable(),
    error: z.strictObject({ code: z.enum(ERROR_CODES), message: z.string() }),
  }),
  z.strictObject({ sequence: z.number(), event: eventSchema }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
