import { type DeviceId, type DeviceWish, nameOfDevice, nameOfWish } from "../../shared/devices.ts";
import { messageOf, UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import type { WorkerInfo } from "../../shared/requests.ts";
import { type Choice, chooseDevices } from "../devices/choose.ts";
import { LoadMeter } from "../devices/load.ts";
import { capacityOf, type Place } from "../devices/room.ts";
import { memoryModelOf, threadsFor } from "../engine/choice.ts";
import { Gate } from "../gate.ts";
import { hasRoomFor, type Room } from "../style/memory.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { LONGEST_ASIDE_SECONDS, Supervisor } from "./supervisor.ts";

/** Devices at work are asked for their load so often. */
const LOAD_MS = 5000;

export interface PoolEvents {
  /** A worker is there from now on; it may take work once it says that it is ready. */
  onAdded(worker: string): void;
  onMessage(worker: string, message: FromWorker): void;
  /** The worker's process is gone, and its job with it; its device does not work, or it alone died. */
  onGone(worker: string, reason: string, isDeviceBroken: boolean): void;
  onOutput(worker: string, text: string): void;
  onChange(info: WorkerInfo): void;
  /** Something for the daemon's log. */
  onNote(worker: string, note: string): void;
}

export interface PoolOptions {
  readonly wishes: readonly DeviceWish[];
  /** Of each worker on the CPU; shared evenly when undefined. */
  readonly threads: number | undefined;
  readonly weights: string | undefined;
  readonly silenceSeconds: number;
  readonly iterationSeconds: number | undefined;
  readonly retrySeconds: number;
}

/** A device for a worker, and its memory. */
interface Found extends Choice {
  readonly capacity: Room;
}

interface Member {
  info: WorkerInfo;
  /** Undefined while no device is found for its wish. */
  place: { readonly device: DeviceId; readonly capacity: Room; readonly supervisor: Supervisor } | undefined;
}

/** The workers, one for each device that the daemon owns. */
export class WorkerPool {
  readonly #events: PoolEvents;
  readonly #options: PoolOptions;
  readonly #members = new Map<string, Member>();
  readonly #meter = new LoadMeter();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Trials at the same time would slow each other down. */
  readonly #trials = new Gate(1);
  #opening: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(events: PoolEvents, options: PoolOptions) {
    this.#events = events;
    this.#options = options;
    this.#every(LOAD_MS, async () => await this.#noteLoad());
  }

  get infos(): WorkerInfo[] {
    return [...this.#members.values()].map(({ info }) => info);
  }

  /** The devices that were found for the wishes, once they were looked for. */
  async places(): Promise<Place[]> {
    await this.#opening;
    return [...this.#members.values()].flatMap(({ place }) =>
      place === undefined ? [] : [{ device: place.device, worker: place.supervisor.pid ?? null }],
    );
  }

  /** Whether a job fits into a worker's device when nothing else is there. Of one not found yet nobody knows. */
  hasRoom(worker: string, { recipe, plan }: Job): boolean {
    const place = this.#members.get(worker)?.place;
    return place === undefined || hasRoomFor(memoryModelOf(place.device), recipe, plan, place.capacity);
  }

  get restarts(): number {
    return this.infos.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Finds a device for every wish and starts its worker; a wish without a device is set aside and tried again. */
  async open(): Promise<void> {
    this.#opening = this.#open();
    await this.#opening;
  }

  async #open(): Promise<void> {
    const found: { wish: DeviceWish; choices: Found[]; problem: string }[] = [];
    for (const wish of this.#options.wishes) {
      // Ctrl+C stops a trial as well; the next one would hold up the end.
      if (this.#isClosing) return;
      try {
        found.push({ wish, choices: await this.#find(wish), problem: "" });
      } catch (error) {
        found.push({ wish, choices: [], problem: messageOf(error) });
      }
    }
    if (this.#isClosing) return;
    const threads = this.#threadsWith(found.flatMap(({ choices }) => choices));
    for (const { wish, choices, problem } of found)
      if (choices.length > 0) this.#startAll(choices, threads);
      else this.#tryLater(this.#add(nameOfWish(wish)), wish, problem, this.#options.retrySeconds);
  }

  async #find(wish: DeviceWish): Promise<Found[]> {
    const choices = await this.#trials.through(async () => await chooseDevices([wish]));
    return await Promise.all(
      choices.map(async (choice) => ({ ...choice, capacity: await capacityOf(choice.device) })),
    );
  }

  /** Of each worker on the CPU, when there are these devices as well. */
  #threadsWith(choices: readonly Choice[]): number {
    const present = [...this.#members.values()].flatMap(({ place }) => place?.device ?? []);
    return this.#options.threads ?? threadsFor([...present, ...choices.map(({ device }) => device)]);
  }

  /**
   * Workers for all that was found for a wish; the first of them takes the place that waited for it. At once, since
   * another wish may have found the same.
   */
  #startAll(choices: readonly Found[], threads: number, waiting?: string): void {
    const taken = new Set(
      [...this.#members].flatMap(([id, { place }]) =>
        place === undefined ? id : [id, nameOfDevice(place.device)],
      ),
    );
    if (waiting !== undefined) taken.delete(waiting);
    const fresh = choices.filter(({ device }) => !taken.has(nameOfDevice(device)));
    if (fresh.length === 0 && waiting !== undefined)
      throw new UserError("what was found for it has a worker already");
    for (const [i, choice] of fresh.entries())
      this.#start(
        i === 0 && waiting !== undefined ? waiting : this.#add(nameOfDevice(choice.device)),
        choice,
        threads,
      );
  }

  send(worker: string, message: ToWorker): void {
    this.#members.get(worker)?.place?.supervisor.send(message);
  }

  /** Changes what is told of a worker, and tells it. */
  note(worker: string, change: Partial<WorkerInfo>): void {
    const member = this.#members.get(worker);
    if (member === undefined) return;
    member.info = { ...member.info, ...change, pid: member.place?.supervisor.pid ?? null };
    this.#events.onChange(member.info);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#members.values()].map(async ({ place }) => await place?.supervisor.close()));
  }

  #add(id: string): string {
    const info: WorkerInfo = {
      id,
      pid: null,
      engine: "",
      device: "",
      weights: "",
      state: "starting",
      detail: "",
      job: null,
      restarts: 0,
      load: null,
    };
    this.#members.set(id, { info, place: undefined });
    this.#events.onAdded(id);
    return id;
  }

  #start(id: string, { device, why, capacity }: Found, threads: number): void {
    const member = this.#members.get(id) as Member;
    const { weights, silenceSeconds, iterationSeconds, retrySeconds } = this.#options;
    const threadsOfCpu = device.kind === "cpu" ? threads : undefined;
    const supervisor = new Supervisor(
      {
        onMessage: (message) => {
          if (message.type === "ready") {
            const { engine, device: words } = message;
            this.note(id, { engine, device: words, weights: message.weights, state: "ready", detail: why });
          }
          this.#events.onMessage(id, message);
        },
        onGone: (reason) => {
          this.note(id, { state: "gone", detail: reason, restarts: supervisor.restarts });
          this.#events.onGone(id, reason, false);
        },
        onAside: (reason, seconds) => {
          this.#noteAside(id, reason, seconds);
          this.#events.onGone(id, reason, true);
        },
        onOutput: (text) => this.#events.onOutput(id, text),
      },
      { device, threads: threadsOfCpu, weights, silenceSeconds, iterationSeconds, retrySeconds },
    );
    member.place = { device, capacity, supervisor };
    supervisor.start();
    this.note(id, {});
  }

  /** Looks for a device again after a while, and ever later. */
  #tryLater(id: string, wish: DeviceWish, problem: string, seconds: number): void {
    this.#noteAside(id, problem, seconds);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#tryAgain(id, wish).catch((error: unknown) => {
        if (!this.#isClosing)
          this.#tryLater(id, wish, messageOf(error), Math.min(2 * seconds, LONGEST_ASIDE_SECONDS));
      });
    }, 1000 * seconds);
    this.#timers.add(timer);
  }

  async #tryAgain(id: string, wish: DeviceWish): Promise<void> {
    const choices = await this.#find(wish);
    if (!this.#isClosing) this.#startAll(choices, this.#threadsWith(choices), id);
  }

  #noteAside(id: string, reason: string, seconds: number): void {
    const again = `tried again in ${seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`}`;
    this.note(id, { state: "aside", detail: `${reason} (${again})` });
    this.#events.onNote(id, `set aside: ${reason} (${again})`);
  }

  async #noteLoad(): Promise<void> {
    const busy = [...this.#members.values()].flatMap(({ info, place }) =>
      info.job !== null && place !== undefined ? [{ id: info.id, device: place.device }] : [],
    );
    if (busy.length === 0) return;
    const loads = await this.#meter.sample(busy.map(({ device }) => device));
    for (const [i, { id }] of busy.entries()) this.note(id, { load: loads[i] ?? null });
  }

  #every(ms: number, work: () => Promise<void>): void {
    let isBusy = false;
    const timer = setInterval(() => {
      // A driver that is slow to answer is not asked again meanwhile.
      if (isBusy) return;
      isBusy = true;
      work()
        .catch((error: unknown) =>
          this.#events.onNote("", `the load of devices is unknown: ${messageOf(error)}`),
        )
        .finally(() => {
          isBusy = false;
        });
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}
