/**
 * `npm run check:gpu`, or `./check-gpu` in the bundle: every GPU device that works here against the CPU, its speed
 * beside PyTorch, its memory, and a long job that is steered and killed. Without a GPU the same runs on SwiftShader at
 * a few pixels, so that the check itself is tested.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { candidates, matching } from "../../../daemon/devices/candidates.ts";
import type { Gpu } from "../../../daemon/devices/gpu.ts";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import { measureDevices } from "../../../daemon/devices/measured.ts";
import { obstacleTo } from "../../../daemon/devices/obstacles.ts";
import { roomOn } from "../../../daemon/devices/room.ts";
import { memoryModelOf } from "../../../daemon/engine/choice.ts";
import { memoryNeed } from "../../../daemon/style/memory.ts";
import { type DeviceId, nameOfDevice } from "../../../shared/devices.ts";
import { UserError } from "../../../shared/errors.ts";
import type { Objective } from "../../../shared/objective.ts";
import { findPreset } from "../../../shared/presets.ts";
import { smallPictures } from "../../support/pictures.ts";
import { realRecipe } from "../../support/recipes.ts";
import { lendSetups } from "../../support/setups.ts";
import { swiftShader } from "../../support/swiftshader.ts";
import { measureTwoDevices } from "../daemon/devices.ts";
import { readOptions, SIZES } from "./options.ts";
import { measureParity, measureRecorded } from "./parity.ts";
import { compare } from "./peers.ts";
import { markdown, type Row, row, skipped, verdictOf } from "./report.ts";
import { soak } from "./soak.ts";
import { measureSpeed, type Speed } from "./speed.ts";

/** No one asks for more, and the largest that fits is measured as well. */
const LARGEST = 8192;
/** Enough for all of L-BFGS's pairs, and as many once more to be counted; of smaller pictures as many as take as long. */
const ITERATIONS = { at: 1024, least: 24 };
const SHARE_OF_SPEED_ALONE = 0.95;
const GATYS = findPreset("gatys").method.objective;
/** For SwiftShader, which would spend the time on compiling what other layers need. */
const SHALLOW: Objective = { ...GATYS, content: { conv1_1: 1 }, style: { conv1_1: 1 } };

/** What is checked: real cards, or the check itself. */
interface Plan {
  readonly devices: readonly DeviceId[];
  /** Side of the pictures that parity and soak work on. */
  readonly side: number;
  readonly soakSeconds: number;
  readonly objective: Objective;
  readonly isReal: boolean;
}

const options = readOptions();
const home = mkdtempSync(join(tmpdir(), "atelier-gpu-"));
try {
  lendSetups(home);
  const gpus = await listGpus();
  const plan = await planFor(gpus);
  const rows: Row[] = [];
  /** Written at once: a check of many minutes may be cut off. */
  const note = (...more: Row[]) => {
    rows.push(...more);
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ gpus, rows }, null, 2)}\n`);
  };
  const pictures = await squarePictures(plan.side);
  const speeds: Speed[] = [];
  for (const device of plan.devices) {
    note(...(await measureParity(device, home, pictures, plan.objective)));
    // Cards beside the first are like it, or somebody will look at them alone.
    if ((device.index ?? 0) > 0) continue;
    if (device.engine === "onnx" && device.kind === "cuda")
      note(await measureRecorded(device, home, pictures));
    for (const work of plan.isReal
      ? await realSizes(device, pictures)
      : [{ size: 16, iterations: 1, isReal: false }]) {
      const { rows: measured, speed } = await measureSpeed(device, home, work);
      note(...measured);
      if (speed !== undefined) speeds.push(speed);
    }
  }
  for await (const compared of compare(speeds, home, options.python)) note(compared);
  for (const [i, device] of fastestFirst(plan.devices, speeds).entries())
    note(
      await soak(device, home, pictures, i === 0 ? plan : { ...plan, soakSeconds: plan.soakSeconds / 10 }),
    );
  note(await twoCards(gpus, pictures));
  process.stdout.write(`${describeCards(gpus)}\n\n${markdown(rows)}`);
  if (rows.some(({ verdict }) => verdict === "not good")) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function planFor(gpus: readonly Gpu[]): Promise<Plan> {
  const soakSeconds = (usual: number) => options.soak ?? usual;
  if (gpus.length > 0) {
    const possible = matching({ kind: "gpu" }, candidates(gpus)).filter(
      (device) =>
        obstacleTo(device, gpus) === undefined &&
        (options.device ?? nameOfDevice(device)) === nameOfDevice(device),
    );
    const measured = await measureDevices(possible, gpus, { fresh: true });
    const working = possible.filter((device) => measured.get(device)?.works);
    if (working.length > 0)
      return { devices: working, side: 512, soakSeconds: soakSeconds(600), objective: GATYS, isReal: true };
    if (options.device === undefined)
      process.stderr.write("none of the GPUs works here; atelier doctor says why\n");
  }
  if (options.device !== undefined)
    throw new UserError(
      `${options.device} is no GPU that works here; atelier doctor names them and says why`,
    );
  if (swiftShader === undefined)
    throw new UserError(
      "no GPU works here (atelier doctor says why), and without SwiftShader there is nothing to try: atelier setup swiftshader",
    );
  const device: DeviceId = { engine: "onnx", kind: "swiftshader" };
  return { devices: [device], side: 32, soakSeconds: soakSeconds(20), objective: SHALLOW, isReal: false };
}

/** The usual sizes as far as they fit, and the largest that does. */
async function realSizes(device: DeviceId, pictures: { content: string; style: string }) {
  const recipe = realRecipe(pictures, {});
  const square = { height: LARGEST, width: LARGEST };
  const work = { ...square, styles: [square] };
  const { largestSize } = memoryNeed(memoryModelOf(device), recipe, work, await roomOn(device, null));
  const sizes = options.sizes ?? [...SIZES.filter((size) => size < largestSize), largestSize];
  return sizes.map((size) => ({
    size,
    iterations: Math.round(ITERATIONS.least * Math.max(1, (ITERATIONS.at / size) ** 2)),
    isReal: true,
  }));
}

/** One device of each kind, by the time that an iteration takes. */
function fastestFirst(devices: readonly DeviceId[], speeds: readonly Speed[]): DeviceId[] {
  const secondsOf = (device: DeviceId) =>
    speeds.find((speed) => speed.device === nameOfDevice(device))?.secondsPerEvaluation ??
    Number.POSITIVE_INFINITY;
  return devices.filter(({ index = 0 }) => index === 0).toSorted((a, b) => secondsOf(a) - secondsOf(b));
}

async function squarePictures(side: number): Promise<{ content: string; style: string }> {
  const files = await smallPictures(home);
  const square = async (file: string, name: string) => {
    const made = join(home, name);
    await sharp(file).resize(side, side, { fit: "fill" }).png().toFile(made);
    return made;
  };
  return {
    content: await square(files.content, "content.png"),
    style: await square(files.style, "style.png"),
  };
}

/** Two jobs at once on two cards, each against itself alone. */
async function twoCards(gpus: readonly Gpu[], pictures: { content: string; style: string }): Promise<Row> {
  const [what, wanted] = ["two jobs on two cards", `each ≥ ${SHARE_OF_SPEED_ALONE} of its speed alone`];
  const cards = gpus.filter(({ cudaIndex }) => cudaIndex !== null);
  if (cards.length < 2) return skipped(what, wanted, "it takes two of NVIDIA's cards");
  return await row(what, wanted, async () => {
    const two = join(home, "two");
    lendSetups(two);
    const { shareOfSpeedAlone } = await measureTwoDevices(two, pictures, ["--device", "cuda:0,cuda:1"], 1024);
    return {
      measured: shareOfSpeedAlone.toFixed(3),
      verdict: verdictOf(shareOfSpeedAlone >= SHARE_OF_SPEED_ALONE),
      figures: { shareOfSpeedAlone },
    };
  });
}

function describeCards(gpus: readonly Gpu[]): string {
  const cards = gpus.map(({ name, driver }) => (driver === null ? name : `${name}, driver ${driver}`));
  return `Cards: ${cards.join("; ") || "none, so that SwiftShader stood in"}. Node ${process.versions.node}.`;
}
