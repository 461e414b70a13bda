import { isDeepStrictEqual } from "node:util";
import type { Job } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { Connection } from "../client/connection.ts";
import { listAll } from "../client/list-all.ts";
import { type JobDetail, NO_DETAIL, withNewChange } from "./job-detail.ts";
import { Latency } from "./latency.ts";
import { LossHistory } from "./loss-history.ts";
import { type MirrorState, NOTHING_KNOWN, withWorker } from "./mirror-state.ts";
import { inListOrder } from "./queue-view.ts";

/** Screens are drawn again within so long for what the daemon says. */
const TELL_MS = 80;
/** For numbers that only grow: each drawing lays out all the text, and nobody reads faster. */
const PROGRESS_MS = 250;
/** Points of a chart that are asked for. */
const POINTS = 4000;
/** How often the link's delay is measured, and how long an answer may take before people are told that they wait. */
const [LATENCY_MS, OVERDUE_MS] = [5000, 3000];

/** Which pictures of the followed jobs are wanted: pixels across, and how often. */
export interface Following {
  readonly jobs: readonly string[];
  readonly width: number;
  readonly perSecond: number;
}

/** The daemon as a client knows it: one connection, one state that any screen reads. */
export class Mirror {
  readonly daemon: Connection;
  /** Called with every picture of a followed job as it is made, and once more when it is done. */
  onPicture: (job: string, picture: Uint8Array) => void = () => {};
  #state: MirrorState = NOTHING_KNOWN;
  readonly #jobs = new Map<string, Job>();
  /** While the list comes. */
  readonly #removed = new Set<string>();
  readonly #details = new Map<string, JobDetail>();
  readonly #listeners = new Set<() => void>();
  #following: Following = { jobs: [], width: 80, perSecond: 0 };
  #latency = new Latency();
  #wasOpen = false;
  /** Whether the list has come: until then events tell of some jobs, and the choice must not fall on these. */
  #isListed = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer ends. */
  #due = 0;

  constructor(daemon: Connection) {
    this.daemon = daemon;
    daemon.on("open", ({ replayed, paused, version }) => {
      this.#wasOpen = true;
      this.#latency = new Latency();
      this.#set({ link: { state: "open", version, latencyMs: undefined }, paused });
      if (replayed) this.#followAnew(this.#following.jobs);
      else this.#askForAll();
      this.#measureLatency();
    });
    daemon.on("lost", ({ problem: { message: reason }, isFinal }) =>
      this.#set({ link: { state: "lost", reason, isRetried: !isFinal, wasOpen: this.#wasOpen } }),
    );
    daemon.on("event", (event) => this.#onEvent(event));
    daemon.on("picture", ({ job, data }) => {
      if (this.#following.jobs.includes(job)) this.onPicture(job, data);
    });
    setInterval(() => this.#measureLatency(), LATENCY_MS).unref();
  }

  // Arrow functions, as React takes them as they are.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): MirrorState => this.#state;

  /** Chooses the jobs whose losses, timelines and new pictures come. Any other is forgotten. */
  follow(following: Following): void {
    const before = this.#following;
    const isSame = before.width === following.width && before.perSecond === following.perSecond;
    this.#following = following;
    const left = before.jobs.filter((id) => !following.jobs.includes(id));
    const come = following.jobs.filter((id) => !before.jobs.includes(id));
    for (const id of left) {
      this.#details.delete(id);
      if (this.daemon.isOpen) this.#quietly(this.#watch(id, 0));
    }
    for (const id of come) this.#details.set(id, NO_DETAIL);
    if (left.length > 0 || come.length > 0) this.#set({ details: new Map(this.#details) });
    this.#askForFollowed(isSame ? come : following.jobs);
  }

  /** A job that the daemon has just answered with: nobody need wait for the event that tells of it. */
  learn(job: Job): void {
    if (!this.#jobs.has(job.id)) this.#jobs.set(job.id, job);
    this.tell();
  }

  /** A picture from the daemon's disk: of a checkpoint (null: the newest), or one that the job is made from. */
  async picture(
    job: string,
    of: "made" | "content" | "style",
    { iteration = null, style = 0, width = this.#following.width }: PictureWish = {},
  ): Promise<Buffer> {
    const { data } = await this.daemon.request("picture", {
      job,
      of,
      style,
      iteration,
      format: "png",
      width,
    });
    return Buffer.from(data, "base64");
  }

  /** Asks for the checkpoints of a followed job again: they come without an event. */
  refresh(id: string): void {
    if (this.daemon.isOpen) this.#quietly(this.#askForDetail(id));
  }

  async #watch(job: string, perSecond: number): Promise<void> {
    await this.daemon.request("watch", { job, format: "png", width: this.#following.width, perSecond });
  }

  /** The past of followed jobs now, and what comes as events and pictures. */
  #askForFollowed(jobs: readonly string[]): void {
    if (!this.daemon.isOpen) return;
    for (const id of jobs) {
      this.#quietly(this.#askForDetail(id));
      this.#quietly(this.#watch(id, this.#following.perSecond));
    }
  }

  /** Where events were missed, or a picture was made that no preview showed. */
  #followAnew(jobs: readonly string[]): void {
    this.#askForFollowed(jobs);
    for (const id of this.daemon.isOpen ? jobs : [])
      this.#quietly(this.picture(id, "made").then((picture) => this.onPicture(id, picture)));
  }

  async #askForDetail(id: string): Promise<void> {
    const { job: _job, ...shown } = await this.daemon.request("show", { job: id });
    // What events say from here on is newer.
    this.#learnDetail(id, (detail) => ({ ...detail, ...shown }));
    const losses = await this.daemon.request("losses", { job: id, points: POINTS });
    this.#learnDetail(id, (detail) => ({
      ...detail,
      losses: LossHistory.EMPTY.with(losses).with(detail.losses),
    }));
  }

  #learnDetail(id: string, learn: (detail: JobDetail) => JobDetail): void {
    const detail = this.#details.get(id);
    if (detail === undefined) return;
    this.#details.set(id, learn(detail));
    this.#set({ details: new Map(this.#details) });
  }

  #askForAll(): void {
    this.#isListed = false;
    this.#jobs.clear();
    this.#removed.clear();
    // What was missed may have taken some of it back.
    for (const [id, detail] of this.#details) this.#details.set(id, { ...detail, losses: LossHistory.EMPTY });
    const ask = async () => {
      const { workers } = await this.daemon.request("status", {});
      this.#set({ workers });
      // What events say while the list comes, page by page, is newer.
      for (const job of await listAll(this.daemon, { states: null, group: null }))
        if (!this.#jobs.has(job.id) && !this.#removed.has(job.id)) this.#jobs.set(job.id, job);
      this.#isListed = true;
      this.#set({ jobs: inListOrder(this.#jobs.values()) });
      this.#followAnew(this.#following.jobs);
    };
    this.#quietly(ask());
  }

  #onEvent(event: DaemonEvent): void {
    switch (event.event) {
      case "job": {
        const before = this.#jobs.get(event.job.id);
        this.#jobs.set(event.job.id, event.job);
        // The last picture, which no preview may have shown.
        if (before?.status.state === "running" && event.job.status.state !== "running")
          this.#followAnew(this.#following.jobs.filter((id) => id === event.job.id));
        // An edit, which takes the timeline with it.
        else if (before !== undefined && !isDeepStrictEqual(before.recipe, event.job.recipe))
          this.refresh(event.job.id);
        break;
      }
      case "progress": {
        const job = this.#jobs.get(event.id);
        if (job !== undefined) this.#jobs.set(event.id, { ...job, progress: event.progress });
        this.#changeDetail(event.id, (detail) => ({ ...detail, losses: detail.losses.with(event.losses) }));
        break;
      }
      case "removed":
        this.#jobs.delete(event.id);
        if (!this.#isListed) this.#removed.add(event.id);
        break;
      case "changed":
        this.#changeDetail(event.id, (detail) =>
          withNewChange(detail, { iteration: event.iteration, changes: event.changes }, event.lastChange),
        );
        break;
      case "rewound":
        this.#changeDetail(event.id, (detail) => ({
          ...detail,
          losses: detail.losses.upTo(event.iteration),
        }));
        this.#followAnew(this.#following.jobs.filter((id) => id === event.id));
        break;
      case "queue":
        this.#state = { ...this.#state, paused: event.paused };
        break;
      case "worker":
        this.#state = { ...this.#state, workers: withWorker(this.#state.workers, event.worker) };
        break;
    }
    this.#tellWithin(event.event === "progress" ? PROGRESS_MS : TELL_MS);
  }

  #changeDetail(id: string, change: (detail: JobDetail) => JobDetail): void {
    const detail = this.#details.get(id);
    // What comes before the past of a job is in its past.
    if (detail !== undefined && detail !== NO_DETAIL) this.#details.set(id, change(detail));
  }

  #measureLatency(): void {
    const latency = this.#latency;
    const tell = (latencyMs: number | "overdue") => {
      const { link } = this.#state;
      // It may have been another link's.
      if (link.state === "open" && link.latencyMs !== latencyMs && latency === this.#latency)
        this.#set({ link: { ...link, latencyMs } });
    };
    const measure = async () => {
      const begin = performance.now();
      const overdue = setTimeout(() => tell("overdue"), OVERDUE_MS);
      await this.daemon.request("have", { sha256: [] }).finally(() => clearTimeout(overdue));
      tell(latency.with(performance.now() - begin));
    };
    if (this.daemon.isOpen) this.#quietly(measure());
  }

  #set(change: Partial<MirrorState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  #tellWithin(ms: number): void {
    const due = performance.now() + ms;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.tell(), ms);
  }

  /** Screens get what is known at once: a key's effect is there before it is told of in words. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isListed)
      this.#set({ jobs: inListOrder(this.#jobs.values()), details: new Map(this.#details) });
  }

  /** What is asked on the mirror's own account may fail: the link may break, a job may have no picture yet. */
  #quietly(work: Promise<unknown>): void {
    work.catch(() => {});
  }
}

interface PictureWish {
  readonly iteration?: number | null;
  /** Which style, counted from 0. */
  readonly style?: number;
  /** Pixels across. */
  readonly width?: number;
}
