import { join } from "node:path";
import { UserError } from "../../shared/errors.ts";
import { iterationsOf, type JobProgress } from "../../shared/jobs.ts";
import type { Engine } from "../engine/engine.ts";
import { writeDurably } from "../files/durable-write.ts";
import { encodePicture } from "../image/encode.ts";
import { fit } from "../image/source.ts";
import { checkMemory, explainOutOfMemory, type Room } from "../style/memory.ts";
import { Pace } from "../style/pace.ts";
import { openPictures, type Pictures } from "../style/pictures.ts";
import { recipeAt, type Steering, steer } from "../style/steering.ts";
import { type Progress, Transfer } from "../style/transfer.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-files.ts";
import { type CheckpointKind, CheckpointPace } from "./checkpoint-pace.ts";
import type { Assignment, FromWorker } from "./messages.ts";

/** What may happen to a job between two iterations. */
export interface JobEvents extends Pick<Steering, "nextChange"> {
  /** Takes in what was said during the iteration: an engine may hold up the thread from end to end. */
  hear(): Promise<void>;
  isChangeWaiting(): boolean;
  isStopRequested(): boolean;
  /** Called after every iteration, for previews. */
  afterIteration(transfer: Transfer<unknown>, job: string, iteration: number): Promise<void>;
  send(message: FromWorker): void;
}

/** What a job is worked on with. */
export interface Workplace<V> {
  readonly engine: Engine<V>;
  /** Engine, device and weights, for the picture's metadata. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Memory that is free for it. */
  readonly room: Room;
}

/**
 * Works on one job until it is done or is to stop, and gives what the daemon is to be told then. Throws what makes the
 * job fail; its picture so far is kept.
 */
export async function workOn<V>(
  workplace: Workplace<V>,
  assignment: Assignment,
  events: JobEvents,
): Promise<FromWorker> {
  const { recipe } = assignment;
  const pictures = await openPictures(
    recipe,
    ({ file, sha256 }) => assignment.pictures[sha256 ?? ""] ?? file,
  );
  const work = { ...fit(pictures.content, recipe.schedule.size), styles: pictures.styles };
  checkMemory(workplace.engine, recipe, work, workplace.room);
  const explain = (error: unknown) => explainOutOfMemory(error, workplace.engine, recipe, work);
  try {
    return await makePicture(workplace, assignment, pictures, events, explain);
  } catch (error) {
    throw explain(error);
  }
}

async function makePicture<V>(
  { engine, identity }: Workplace<V>,
  assignment: Assignment,
  pictures: Pictures,
  events: JobEvents,
  explain: (error: unknown) => unknown,
): Promise<FromWorker> {
  const { job, recipe, folder, from, checkpointSeconds } = assignment;
  const startsAt = from?.progress.iteration ?? 0;
  const timeline = [...assignment.timeline];
  const present = recipeAt(recipe, timeline, startsAt);
  const transfer = new Transfer(engine, present, pictures, await loadCheckpoint(folder, from));
  await using _ = { [Symbol.asyncDispose]: async () => await transfer.dispose() };

  const clock = startClock(from?.progress.seconds ?? 0);
  const pace = new Pace();
  let last = from?.progress;
  const iterations = iterationsOf(transfer);
  const checkpoints = new CheckpointPace(checkpointSeconds, iterations);
  const save = async (progress: JobProgress, kind: CheckpointKind) => {
    const began = performance.now();
    const files = await saveCheckpoint(transfer, folder, progress.iteration, kind);
    events.send({ type: "checkpoint", job, progress, ...files });
    checkpoints.saved(kind, performance.now() - began);
  };
  /** The picture before a change, for going back to it exactly. */
  const beforeChange = async (iteration: number) => {
    if (last?.iteration === iteration) await save(last, "picture");
  };
  const steering: Steering = {
    beforeChange,
    onIteration: (progress) => {
      const seconds = clock();
      last = toJobProgress(progress, seconds, pace.after(progress.stage, seconds));
      events.send({ type: "progress", job, progress: last });
    },
    nextChange: async (iteration) => {
      await events.hear();
      if (events.isChangeWaiting()) await beforeChange(iteration);
      return await events.nextChange(iteration);
    },
  };
  try {
    for await (const { iteration } of steer(transfer, timeline, startsAt, steering)) {
      const isStopping = events.isStopRequested();
      const due = isStopping ? "whole" : checkpoints.dueAfter(iteration);
      if (last !== undefined && due !== undefined) await save(last, due);
      if (isStopping) return { type: "stopped", job };
      await events.afterIteration(transfer, job, iteration);
    }
    if (last === undefined) throw new Error("the schedule has no iterations");
    const picture = "result.png";
    const made = { ...identity, iterations: last.iteration };
    await writeDurably(
      join(folder, picture),
      await encodePicture(await transfer.picture(), picture, {
        recipe,
        ...(timeline.length > 0 && { timeline }),
        made,
      }),
      0o600,
    );
    await save(last, "picture");
    return { type: "done", job, progress: last, picture };
  } catch (error) {
    // Any other error ends the worker, and the job goes on from where it would have without this.
    const isFailure = explain(error) instanceof UserError;
    if (isFailure && last !== undefined && last.iteration > startsAt)
      await save(last, "whole").catch(() => {});
    throw error;
  }
}

/** Seconds of work, `before` included. */
function startClock(before: number): () => number {
  const began = performance.now();
  return () => before + (performance.now() - began) / 1000;
}

function toJobProgress(
  { stage, size, stageIteration, iteration, evaluations, loss }: Progress,
  seconds: number,
  pace: number | undefined,
): JobProgress {
  const terms = Object.fromEntries(loss.terms);
  const at = { ...size, stage, stageIteration, iteration, evaluations, loss: loss.total, terms, seconds };
  return pace === undefined ? at : { ...at, pace };
}
