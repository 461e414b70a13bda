import type { TimelineEntry } from "../../shared/controls.ts";
import { isFinished, type Job, type LossPoint } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { WorkerInfo } from "../../shared/requests.ts";
import type { Connection } from "../client/connection.ts";
import type { PictureSlot } from "./layout.ts";

/** Screens are drawn again at most this often for what the daemon says. */
const TELL_MS = 80;
/** Points of a chart that are asked for, and the most that are kept as more come. */
const POINTS = 4000;
const MAX_POINTS = 20_000;
const PREVIEWS_PER_SECOND = 2;
const HISTORY = 200;

export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "open"; readonly version: string }
  | { readonly state: "lost"; readonly reason: string; readonly wasOpen: boolean };

/** All of the daemon that screens read; replaced as a whole, never changed. */
export interface MirrorState {
  readonly link: Link;
  readonly paused: boolean;
  readonly worker: WorkerInfo | undefined;
  /** In the queue's order, then finished ones, newest first. */
  readonly jobs: readonly Job[];
  readonly selected: string | undefined;
  readonly losses: readonly LossPoint[];
  readonly timeline: readonly TimelineEntry[];
}

/** The daemon as a client knows it: one connection, one state that any screen reads. */
export class Mirror {
  readonly daemon: Connection;
  /** Called with every picture of the selected job that arrives. */
  onPicture: (slot: PictureSlot, picture: Uint8Array) => void = () => {};
  #state: MirrorState = {
    link: { state: "connecting" },
    paused: false,
    worker: undefined,
    jobs: [],
    selected: undefined,
    losses: [],
    timeline: [],
  };
  readonly #jobs = new Map<string, Job>();
  #losses: LossPoint[] = [];
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #pictureWidth = 80;

  constructor(daemon: Connection) {
    this.daemon = daemon;
    daemon.on("open", ({ replayed, paused, version }) => {
      this.#set({ link: { state: "open", version }, paused });
      if (!replayed) this.#askForAll();
      else this.#watch();
    });
    daemon.on("lost", ({ reason }) =>
      this.#set({ link: { state: "lost", reason, wasOpen: this.#state.worker !== undefined } }),
    );
    daemon.on("event", (event) => this.#onEvent(event));
    daemon.on("picture", (picture) => {
      if (picture.job === this.#state.selected) this.onPicture("made", picture.data);
    });
  }

  // Arrow functions, as React takes them as they are.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): MirrorState => this.#state;

  /** Chooses the job whose losses, timeline and pictures are followed. */
  select(id: string | undefined): void {
    const { selected } = this.#state;
    if (id === selected) return;
    if (selected !== undefined && this.daemon.isOpen) this.#quietly(this.#request(selected, 0));
    this.#losses = [];
    this.#set({ selected: id, losses: [], timeline: [] });
    this.#watch();
  }

  /** How wide pictures have to be, in pixels. */
  setPictureWidth(width: number): void {
    if (width === this.#pictureWidth) return;
    this.#pictureWidth = width;
    this.#watch();
  }

  async #request(job: string, perSecond: number): Promise<void> {
    await this.daemon.request("watch", { job, format: "png", width: this.#pictureWidth, perSecond });
  }

  /** Follows the selected job: its past now, and what comes as events. */
  #watch(): void {
    const { selected } = this.#state;
    if (selected === undefined || !this.daemon.isOpen) return;
    const follow = async () => {
      const { timeline } = await this.daemon.request("show", { job: selected });
      const losses = await this.daemon.request("losses", { job: selected, points: POINTS });
      if (this.#state.selected !== selected) return;
      this.#losses = losses;
      this.#set({ timeline, losses: [...losses] });
      await this.#request(selected, PREVIEWS_PER_SECOND);
      for (const slot of ["made", "content", "style"] as const)
        this.#quietly(this.#fetchPicture(selected, slot));
    };
    this.#quietly(follow());
  }

  /** A picture from the daemon's disk: the newest that was made, or one that it is made from. */
  async #fetchPicture(job: string, of: PictureSlot): Promise<void> {
    const { data } = await this.daemon.request("picture", {
      job,
      of,
      style: 0,
      iteration: null,
      format: "png",
      width: this.#pictureWidth,
    });
    if (this.#state.selected === job) this.onPicture(of, Buffer.from(data, "base64"));
  }

  #askForAll(): void {
    const ask = async () => {
      const { workers } = await this.daemon.request("status", {});
      const jobs = await this.daemon.request("list", { states: null, group: null, skip: 0, limit: HISTORY });
      this.#jobs.clear();
      for (const job of jobs) this.#jobs.set(job.id, job);
      this.#set({ worker: workers[0] });
      this.#tellSoon();
      if (this.#state.selected === undefined || !this.#jobs.has(this.#state.selected))
        this.select((jobs.find(({ status }) => status.state === "running") ?? jobs[0])?.id);
      else this.#watch();
    };
    this.#quietly(ask());
  }

  #onEvent(event: DaemonEvent): void {
    const { selected } = this.#state;
    switch (event.event) {
      case "job": {
        const before = this.#jobs.get(event.job.id);
        this.#jobs.set(event.job.id, event.job);
        if (selected === undefined) this.select(event.job.id);
        // The finished picture, which no preview showed.
        if (event.job.id === selected && isFinished(event.job) && before && !isFinished(before))
          this.#quietly(this.#fetchPicture(event.job.id, "made"));
        break;
      }
      case "progress": {
        const job = this.#jobs.get(event.id);
        if (job !== undefined) this.#jobs.set(event.id, { ...job, progress: event.progress });
        if (event.id === selected) this.#addLosses(event.losses);
        break;
      }
      case "removed":
        this.#jobs.delete(event.id);
        if (event.id === selected) this.select(this.#ordered()[0]?.id);
        break;
      case "changed":
        if (event.id === selected)
          this.#state = {
            ...this.#state,
            timeline: [...this.#state.timeline, { iteration: event.iteration, changes: event.changes }],
          };
        break;
      case "rewound":
        if (event.id === selected) this.#watch();
        break;
      case "queue":
        this.#state = { ...this.#state, paused: event.paused };
        break;
      case "worker":
        this.#state = { ...this.#state, worker: event.worker };
        break;
    }
    this.#tellSoon();
  }

  #addLosses(points: readonly LossPoint[]): void {
    const last = this.#losses.at(-1)?.iteration ?? 0;
    // After a worker died its work is repeated; the points are the same.
    this.#losses.push(...points.filter(({ iteration }) => iteration > last));
    if (this.#losses.length > MAX_POINTS) this.#losses = this.#losses.filter((_, i) => i % 2 === 1);
  }

  #ordered(): Job[] {
    const all = [...this.#jobs.values()];
    const endOf = ({ status }: Job) => ("at" in status ? status.at : 0);
    return [
      ...all
        .filter((job) => !isFinished(job))
        .toSorted((a, b) => b.priority - a.priority || a.position - b.position),
      ...all.filter(isFinished).toSorted((a, b) => endOf(b) - endOf(a)),
    ];
  }

  #set(change: Partial<MirrorState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  #tellSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const { losses } = this.#state;
      const isSame = losses.length === this.#losses.length && losses.at(-1) === this.#losses.at(-1);
      this.#set({ jobs: this.#ordered(), ...(!isSame && { losses: [...this.#losses] }) });
    }, TELL_MS);
  }

  /** What is asked on the mirror's own account may fail: the link may break, a job may have no picture yet. */
  #quietly(work: Promise<unknown>): void {
    work.catch(() => {});
  }
}
