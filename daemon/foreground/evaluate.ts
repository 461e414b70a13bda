import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { DeviceWish } from "../../shared/devices.ts";
import { fileProblem, messageOf, UserError } from "../../shared/errors.ts";
import { describeIssues } from "../../shared/issue-words.ts";
import { type Objective, objectiveSchema } from "../../shared/objective.ts";
import type { TermName } from "../../shared/terms.ts";
import type { WeightsIdentity } from "../../shared/weights-identity.ts";
import { chooseDevice } from "../devices/choose.ts";
import { roomOn } from "../devices/room.ts";
import { openEngine } from "../engine/choice.ts";
import { writeDurably } from "../files/durable-write.ts";
import { encodeNpy } from "../files/npy.ts";
import type { Planes } from "../image/planes.ts";
import { openPicture, type PictureSource } from "../image/source.ts";
import { openNetwork } from "../network/weight-store.ts";
import { coefficientsOf, EVEN, lossOf, NonFiniteLossError, planOf } from "../style/loss.ts";
import { checkEvaluation } from "../style/memory.ts";
import { refuseOver } from "../style/pictures.ts";
import { blend, describePictures, inTurn } from "../style/targets.ts";
import { loadRecipe, withoutMark } from "./recipe-file.ts";

export interface EvaluateOptions {
  /** A JSON file with an objective, or a picture that carries its recipe. */
  readonly objective: string;
  readonly content: string;
  readonly styles: readonly { readonly file: string; readonly weight: number }[];
  readonly image: string;
  readonly weights?: string;
  readonly seed: number;
  readonly device: DeviceWish;
  /** The gradient is written here as .npy, H × W × 3 in RGB order. */
  readonly gradient?: string;
}

export interface EvaluateReport {
  readonly total: number;
  readonly terms: Partial<Record<TermName, number>>;
  readonly gradientNorm: number;
  readonly engine: string;
  readonly device: string;
  readonly weights: WeightsIdentity;
}

/** The loss of a picture and its gradient, once, with no picture resized. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateReport> {
  const objective = await readObjective(options.objective);
  if (options.gradient !== undefined) {
    const inputs = [
      options.objective,
      options.content,
      options.image,
      ...options.styles.map(({ file }) => file),
    ];
    await refuseOver(options.gradient, [
      ...inputs,
      ...(options.weights === undefined ? [] : [options.weights]),
    ]);
  }
  const [content, image] = await Promise.all([openPicture(options.content), openPicture(options.image)]);
  if (content.width !== image.width || content.height !== image.height)
    throw new UserError(
      `${options.image} is ${image.width}×${image.height} and ${options.content} is ${content.width}×${content.height}; evaluate resizes nothing, so they must be of one size`,
    );
  const styles = await Promise.all(options.styles.map(async ({ file }) => await openPicture(file)));
  const { device } = await chooseDevice(options.device);
  const network = await openNetwork(options.weights, options.seed);
  const engine = await openEngine(device, network);
  checkEvaluation(engine, objective, image, styles, await roomOn(device));
  const plan = planOf(objective);
  const descriptions = await describePictures(engine, plan, await whole(content), inTurn(styles, whole));
  const targets = blend(
    descriptions,
    options.styles.map(({ weight }) => weight),
  );
  const picture = await whole(image);
  const evaluator = await engine.prepare(plan, picture);
  try {
    evaluator.setTargets(targets);
    const coefficients = coefficientsOf(objective, EVEN, targets, picture);
    const gradient = evaluator.space.create();
    const point = evaluator.space.fromHost(picture.data);
    const { total, terms } = await lossOf(evaluator, () => coefficients)(point, gradient);
    const [square = 0] = await evaluator.space.dots([[gradient, gradient]]);
    if (!Number.isFinite(total) || !Number.isFinite(square)) throw new NonFiniteLossError({ total, terms });
    if (options.gradient !== undefined) {
      const planes: Planes = { ...picture, data: await evaluator.space.toHost(gradient) };
      await writeDurably(options.gradient, encodeNpy(interleave(planes), [planes.height, planes.width, 3]));
    }
    return {
      total,
      terms: Object.fromEntries(terms),
      gradientNorm: Math.sqrt(square),
      engine: engine.id,
      device: engine.device,
      weights: network.weights,
    };
  } finally {
    await evaluator.dispose();
  }
}

async function whole(source: PictureSource): Promise<Planes> {
  return await source.decodeTo(source);
}

async function readObjective(file: string): Promise<Objective> {
  let json: unknown;
  try {
    const bytes = await readFile(file);
    json = isUtf8(bytes) ? JSON.parse(withoutMark(bytes.toString())) : (await loadRecipe(file)).recipe;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file}: ${error instanceof SyntaxError ? `not JSON (${messageOf(error)})` : fileProblem(error)}`,
    );
  }
  // A recipe has one as well.
  const own = typeof json === "object" && json !== null && "objective" in json ? json.objective : json;
  const result = objectiveSchema.safeParse(own);
  if (!result.success) throw new UserError(`${file}: not an objective: ${describeIssues(result.error)}`);
  return result.data;
}

function interleave({ height, width, data }: Planes): Float32Array {
  const area = height * width;
  return Float32Array.from(
    { length: 3 * area },
    (_, i) => data[(i % 3) * area + Math.floor(i / 3)] as number,
  );
}
