import { access, constants, stat } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { lateChanges, type TimelineEntry } from "../../shared/controls.ts";
import type { DeviceWish } from "../../shared/devices.ts";
import { codeOf, fileProblem, messageOf, UserError } from "../../shared/errors.ts";
import { iterationsOf } from "../../shared/jobs.ts";
import { type Recipe, referencesOf, type Stage } from "../../shared/recipe.ts";
import { describeWeights, type WeightsIdentity } from "../../shared/weights-identity.ts";
import { placeOf } from "../../shared/write-beside.ts";
import { chooseDevice } from "../devices/choose.ts";
import { roomOn } from "../devices/room.ts";
import { openEngine } from "../engine/choice.ts";
import { writeDurably } from "../files/durable-write.ts";
import { checkOutputName, checkRoomIn, encodePicture } from "../image/encode.ts";
import type { Planes } from "../image/planes.ts";
import { fit } from "../image/source.ts";
import { openNetwork } from "../network/weight-store.ts";
import { checkMemory, explainOutOfMemory } from "../style/memory.ts";
import { Pace } from "../style/pace.ts";
import { notesOn, openPictures, refuseOver, refuseOverInputs, withHashes } from "../style/pictures.ts";
import { steer } from "../style/steering.ts";
import { type Progress, Transfer } from "../style/transfer.ts";
import type { RecordedRecipe } from "./recipe-file.ts";
import { writeOrRescue } from "./rescue.ts";
import { checkTrace, openTrace } from "./trace.ts";

export interface RunOptions {
  readonly recipe: Recipe;
  /** Changes of controls to be made again. */
  readonly timeline?: readonly TimelineEntry[];
  /** The file that the recipe was read from. */
  readonly recipeFile?: string;
  /** What the recipe's picture was made with. */
  readonly made?: RecordedRecipe["made"];
  readonly out: string;
  /** A weight file or `untrained`; the stored default when absent. */
  readonly weights?: string;
  readonly device: DeviceWish;
  readonly threads?: number;
  /** Ends after this iteration, counted through all stages. */
  readonly until?: number;
  /** Every so many iterations the picture is written as it is, beside `out`. */
  readonly every?: number;
  /** One line of JSON per iteration is written here. */
  readonly trace?: string;
  /** Stops after the iteration in progress; the picture so far is written. */
  readonly signal: AbortSignal;
  readonly onStart: (start: RunStart) => void;
  readonly onProgress: (progress: RunProgress) => void;
  /** Things that a person should know and that are no errors. */
  readonly onNote: (note: string) => void;
}

export interface RunStart {
  readonly engine: string;
  readonly device: string;
  /** Why it computes there. */
  readonly why: string;
  readonly weights: WeightsIdentity;
  readonly width: number;
  readonly height: number;
  readonly stages: readonly Stage[];
}

export interface RunProgress extends Progress {
  readonly seconds: number;
  /** Seconds per iteration lately; see `Pace`. */
  readonly pace: number | undefined;
}

export interface RunReport {
  readonly out: string;
  readonly preset: string;
  readonly engine: string;
  readonly device: string;
  readonly weights: WeightsIdentity;
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** Loss of the starting picture and of the written one, both at the size of the last stage that was reached. */
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** The written picture's terms. */
  readonly terms: Record<string, number>;
  readonly seconds: number;
  readonly secondsPerEvaluation: number;
  readonly peakRssBytes: number;
  readonly interrupted: boolean;
}

/** Makes one picture in this process and writes it; what goes wrong after an iteration loses no picture. */
export async function run(options: RunOptions): Promise<RunReport> {
  const { out, signal } = options;
  await checkWritable(out);
  checkOutputName(out);
  if (options.trace !== undefined) await checkTrace(options.trace);
  await refuseOverInputs(out, options.recipe);
  if (options.trace !== undefined) {
    const inputs = referencesOf(options.recipe).map(({ file }) => file);
    await refuseOver(options.trace, [
      ...inputs,
      ...(options.recipeFile === undefined ? [] : [options.recipeFile]),
      ...(options.weights === undefined ? [] : [options.weights]),
    ]);
    if (resolve(options.trace) === resolve(out))
      throw new UserError(`--trace and --out are the same file, ${out}`);
  }
  const pictures = await openPictures(options.recipe);
  const recipe = withHashes(options.recipe, pictures);
  const work = { ...fit(pictures.content, recipe.schedule.size), styles: pictures.styles };
  checkRoomIn(out, work, { recipe, timeline: options.timeline });
  for (const note of notesOn(recipe, pictures)) options.onNote(note);
  const network = await openNetwork(options.weights, recipe.seed);
  const [before, now] = [options.made?.weights, network.weights];
  if (
    before !== undefined &&
    (before.kind !== now.kind || (now.kind === "custom" && before.file !== now.file))
  )
    options.onNote(
      `the recipe's picture was made with ${describeWeights(before)}, and this one is made with ${describeWeights(now)}; it will look otherwise`,
    );
  const { device, why } = await chooseDevice(options.device);
  const engine = await openEngine(device, network, options.threads);
  checkMemory(engine, recipe, work, await roomOn(device));
  await using trace = await openTrace(options.trace);
  const transfer = new Transfer(engine, recipe, pictures);
  const timeline = [...(options.timeline ?? [])];
  const late = lateChanges(timeline, iterationsOf(transfer));
  if (late !== undefined) options.onNote(late);
  await using _ = { [Symbol.asyncDispose]: async () => await transfer.dispose() };
  const identity = { engine: engine.id, device: engine.device, weights: network.weights };
  options.onStart({ ...identity, why, ...transfer.finalSize, stages: transfer.stages });

  const pace = new Pace();
  const began = performance.now();
  const encode = async (file: string, soFar: Planes, iterations: number) =>
    await encodePicture(soFar, file, {
      recipe,
      ...(timeline.length > 0 && { timeline }),
      made: { ...identity, iterations },
    });
  const write = async (iterations: number) => {
    const soFar = await transfer.picture();
    isWritten = true;
    await writeOrRescue(out, await encode(out, soFar, iterations));
    return soFar;
  };
  const writeOnTheWay = async (iterations: number) => {
    const file = nameOnTheWay(out, iterations);
    try {
      await refuseOverInputs(file, recipe);
      await writeDurably(file, await encode(file, await transfer.picture(), iterations));
    } catch (error) {
      options.onNote(`${messageOf(error)}; the run goes on`);
    }
  };
  /** Or there was a try, which told what became of it. */
  let isWritten = false;
  let last: Progress | undefined;
  let picture: Planes | undefined;
  try {
    for await (const progress of steer(transfer, timeline, 0)) {
      last = progress;
      const seconds = (performance.now() - began) / 1000;
      await trace.write(progress, seconds);
      options.onProgress({ ...progress, seconds, pace: pace.after(progress.stage, seconds) });
      if (progress.iteration % (options.every ?? Number.POSITIVE_INFINITY) === 0)
        await writeOnTheWay(progress.iteration);
      if (signal.aborted || progress.iteration === options.until) break;
    }
    if (last === undefined) throw new Error("the schedule has no iterations");
    const seconds = (performance.now() - began) / 1000;
    picture = await write(last.iteration);
    const { firstLoss, loss } = await lossesOf(transfer);
    await trace.close();
    return {
      out,
      preset: recipe.preset,
      ...identity,
      width: picture.width,
      height: picture.height,
      iterations: last.iteration,
      evaluations: last.evaluations,
      firstLoss,
      lastLoss: loss.total,
      terms: Object.fromEntries(loss.terms),
      seconds,
      secondsPerEvaluation: seconds / last.evaluations,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      interrupted: signal.aborted,
    };
  } catch (error) {
    const reason = explainOutOfMemory(error, engine, recipe, work);
    if (last === undefined) throw reason;
    const isInPlace = `\nThe picture after iteration ${last.iteration} is in ${out}.`;
    if (picture !== undefined && reason instanceof Error) reason.message += isInPlace;
    else if (!isWritten && reason instanceof Error)
      reason.message += await write(last.iteration).then(
        () => isInPlace,
        (problem: unknown) => `\n${messageOf(problem)}`,
      );
    throw reason;
  }
}

/** `result-50.png` of `result.png`. */
function nameOnTheWay(out: string, iteration: number): string {
  const { dir, name, ext } = parse(out);
  return join(dir, `${name}-${iteration}${ext}`);
}

/** Two evaluations more than the iterations took, so that both losses are of real pictures at one size. */
async function lossesOf<V>(transfer: Transfer<V>) {
  const work = await transfer.work();
  const first = await transfer.lossOf(await transfer.startAt(work));
  return { firstLoss: first.total, loss: await transfer.lossOf(work) };
}

async function checkWritable(out: string): Promise<void> {
  const folder = dirname(await placeOf(out));
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw new UserError(`there is no folder ${folder} to write ${out} into`);
    throw new UserError(`cannot write into the folder ${folder}: ${fileProblem(error)}`);
  }
  const existing = await stat(out).catch(() => undefined);
  if (existing !== undefined && !existing.isFile())
    throw new UserError(`cannot write ${out}: it is ${existing.isDirectory() ? "a folder" : "no file"}`);
}
