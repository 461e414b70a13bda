/** The worker process: one device, one network, one job at a time. It lives and dies at its daemon's word. */
import { setImmediate } from "node:timers/promises";
import type { ControlValues } from "../../shared/controls.ts";
import { deviceSchema } from "../../shared/devices.ts";
import { isOutOfRoom, messageOf, UserError } from "../../shared/errors.ts";
import { describeWeights } from "../../shared/weights-identity.ts";
import { roomOn } from "../devices/room.ts";
import { openEngine } from "../engine/choice.ts";
import { DeviceError } from "../engine/device-error.ts";
import type { Network } from "../network/network.ts";
import { openNetwork, stampOfDefault } from "../network/weight-store.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { type JobEvents, workOn } from "./job-loop.ts";
import type { Assignment, FromWorker, ToWorker } from "./messages.ts";
import { PreviewMaker } from "./preview-maker.ts";

/** Changes that the daemon asked for, in order, and the one that it is writing down. */
const asked: { token: number; changes: ControlValues }[] = [];
const decisions = new Map<number, (isGranted: boolean) => void>();
let job: string | undefined;
let isStopRequested = false;

function send(message: FromWorker): void {
  process.send?.(message);
}

const previews = new PreviewMaker(send);

const events: JobEvents = {
  send,
  isChangeWaiting: () => asked.length > 0,
  isStopRequested: () => isStopRequested,
  hear: async () => await setImmediate(),
  async nextChange(iteration) {
    for (;;) {
      const change = asked.shift();
      if (change === undefined) return undefined;
      const { token, changes } = change;
      const isGranted = await new Promise<boolean>((resolve) => {
        decisions.set(token, resolve);
        send({ type: "changing", token, iteration });
      });
      decisions.delete(token);
      if (isGranted) return changes;
    }
  },
  afterIteration: async (transfer, id, iteration) => await previews.afterIteration(transfer, id, iteration),
};

async function serve(): Promise<void> {
  const { ATELIER_DEVICE: given = "", ATELIER_THREADS: threads } = process.env;
  const device = deviceSchema.parse(JSON.parse(given));
  const open = async (network: Network) =>
    await openEngine(device, network, threads === undefined ? undefined : Number(threads));
  const choice = process.env["ATELIER_WEIGHTS"];
  let stamp = stampOfDefault();
  let network = await openNetwork(choice, 0);
  let engine = await open(network);
  const sayReady = () => {
    const { id, device: words } = engine;
    send({ type: "ready", engine: id, device: words, weights: describeWeights(network.weights) });
  };
  /** Weights that came since are for the jobs from now on. */
  const useNewWeights = async (): Promise<void> => {
    const now = stampOfDefault();
    if (choice !== undefined || now === stamp) return;
    network = await openNetwork(choice, 0);
    engine = await open(network);
    stamp = now;
    sayReady();
  };

  const work = async (assignment: Assignment) => {
    const outcome = await outcomeOf(assignment);
    // All of the job is put away: the daemon may answer with the next one.
    if (outcome.type === "unavailable") endAsUnavailable(outcome);
    else send(outcome);
  };
  const outcomeOf = async (assignment: Assignment): Promise<FromWorker> => {
    job = assignment.job;
    asked.length = 0;
    const spoilt = await problemOf(useNewWeights());
    if (spoilt !== undefined) return { type: "unavailable", reason: spoilt.message };
    const identity = { engine: engine.id, device: engine.device, weights: network.weights };
    try {
      // An untrained network belongs to its recipe's seed.
      const fits = network.weights.kind !== "untrained" || assignment.recipe.seed === 0;
      const fitting = fits ? engine : await open(await openNetwork("untrained", assignment.recipe.seed));
      return await workOn({ engine: fitting, identity, room: await roomOn(device) }, assignment, events);
    } catch (error) {
      // What breaks under a job may be the device: then the smallest work on it fails as well.
      if (error instanceof DeviceError || !(error instanceof UserError)) {
        const problem = await problemOf(open(network));
        if (problem !== undefined) return { type: "unavailable", reason: problem.message };
      }
      // What another try would meet again fails the job; anything else ends the worker, for a fresh start.
      if (!(error instanceof UserError)) throw error;
      return {
        type: "failed",
        job: assignment.job,
        reason: messageOf(error),
        isDiskFull: isOutOfRoom(error.cause),
      };
    } finally {
      job = undefined;
      isStopRequested = false;
    }
  };
  process.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "start":
        work(message.assignment).catch(die);
        break;
      case "change":
        asked.push(message);
        break;
      case "decide":
        decisions.get(message.token)?.(message.isGranted);
        break;
      case "stop":
        // A job that has just ended by itself needs no stopping.
        if (message.job === job) isStopRequested = true;
        break;
      case "previews":
        previews.wishes = message.wishes;
        break;
    }
  });
  sayReady();
}

async function problemOf(work: Promise<unknown>): Promise<UserError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error : undefined;
  }
}

/** The device or the weights, and not a fault of this process: the daemon sets it aside. */
function endAsUnavailable(message: Extract<FromWorker, { type: "unavailable" }>): void {
  process.send?.(message, () => process.exit(0));
}

function die(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

// Ctrl+C in the daemon's terminal, and its end, reach the workers too; the daemon says what they do.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
process.on("disconnect", () => process.exit(0));
startHeartbeat();
serve().catch((error: unknown) => {
  if (!(error instanceof UserError)) die(error);
  endAsUnavailable({ type: "unavailable", reason: error.message });
});
