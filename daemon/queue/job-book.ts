import { randomBytes } from "node:crypto";
import type { TimelineEntry } from "../../shared/controls.ts";
import { isFinished, type Job, type JobProgress, type LossPoint } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import { obstacleOf } from "./database.ts";
import { RefusedError } from "./refused-error.ts";
import type { Store, StoredJob } from "./store.ts";

/** No more frequent, with all iterations since the last: nobody reads faster, and each wakes every client. */
const PROGRESS_MS = 250;
/** While the store takes nothing, what is not in it yet is tried again so often. */
const RETRY_MS = 5000;

export type NewJob = Pick<
  Job,
  "recipe" | "plan" | "out" | "group" | "priority" | "after" | "branchedFrom"
> & { readonly held: boolean };

export interface NewJobExtras {
  readonly id?: string;
  readonly progress?: Job["progress"];
  readonly also?: (id: string) => void;
}

/**
 * All jobs: unfinished ones in memory and on disk, finished ones on disk. Every change goes through
 * here: it is on the disk before anyone hears of it. Only an iteration's numbers may come to the disk later, and what
 * happened while the disk was full or another program held the store.
 */
export class JobBook {
  readonly store: Store;
  readonly #emit: (event: DaemonEvent) => void;
  readonly #unfinished = new Map<string, StoredJob>();
  /** Losses that are not on the disk yet, and ones that nobody was told of yet. */
  readonly #unsaved = new Map<string, LossPoint[]>();
  readonly #untold = new Map<string, LossPoint[]>();
  /** Where jobs stood when a worker died over them. */
  readonly #diedAt = new Map<string, number>();
  #tellTimer: NodeJS.Timeout | undefined;
  #toldAt = 0;
  /** Jobs whose state the store did not take yet. */
  readonly #behind = new Set<string>();

  constructor(store: Store, emit: (event: DaemonEvent) => void) {
    this.store = store;
    this.#emit = emit;
    for (const stored of store.unfinished()) this.#unfinished.set(stored.job.id, stored);
  }

  get unfinished(): Iterable<StoredJob> {
    return this.#unfinished.values();
  }

  /** The job of an id or a unique beginning of one. */
  find(prefix: string): StoredJob {
    const exact = this.#unfinished.get(prefix);
    if (exact !== undefined) return exact;
    const [first, second] = this.store.findByPrefix(prefix);
    if (first === undefined)
      throw new RefusedError("unknown-job", `there is no job ${prefix}; see: atelier list --all`);
    if (second !== undefined && first.job.id !== prefix)
      throw new RefusedError(
        "unknown-job",
        `${prefix} is the beginning of several jobs' ids; give more of it`,
      );
    return this.#unfinished.get(first.job.id) ?? first;
  }

  has(id: string): boolean {
    return this.#unfinished.has(id) || this.store.find(id) !== undefined;
  }

  /** The same as `find`, of a job that has not ended. */
  findUnfinished(prefix: string): StoredJob {
    const stored = this.find(prefix);
    const { id, status } = stored.job;
    if (isFinished(stored.job))
      throw new RefusedError(
        "refused",
        `job ${id} is ${status.state}${status.state === "done" ? "; branch from it: atelier branch" : "; run it again: atelier retry"} ${id}`,
      );
    return stored;
  }

  /** An id that no job has. */
  newId(): string {
    for (;;) {
      const id = randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, "0");
      if (this.store.findByPrefix(id).length === 0) return id;
    }
  }

  /** The job that a request with this key has made already. Refuses the key of another kind of request. */
  madeUnder(key: string, request: "add" | "branch"): Job | undefined {
    const job = this.store.findByKey(key)?.job;
    if (job !== undefined && (job.branchedFrom === null) !== (request === "add"))
      throw new RefusedError("refused", `the key is that of another request, which made job ${job.id}`);
    return job;
  }

  /** Refuses a place for a picture that another job will write to: its own would be lost there. `remedy` ends the error. */
  refuseTakenOut(out: string | null, remedy = "give this one another --out"): void {
    const taker = [...this.#unfinished.values()].find(({ job }) => out !== null && job.out === out);
    if (taker !== undefined)
      throw new RefusedError(
        "refused",
        `job ${taker.job.id} is not done yet and will write to ${out}; ${remedy}`,
      );
  }

  /** A new job at the end of the queue, together with whatever `also` writes. The same key twice is one job. */
  create(
    key: string,
    { held, ...fields }: NewJob,
    { id = this.newId(), progress = null, also = () => {} }: NewJobExtras = {},
  ): Job {
    // The same request may have come twice and been checked side by side.
    const known = this.madeUnder(key, fields.branchedFrom === null ? "add" : "branch");
    if (known !== undefined) return known;
    this.refuseTakenOut(fields.out);
    const positions = [...this.#unfinished.values()].map(({ job }) => job.position);
    const job: Job = {
      ...fields,
      id,
      created: Date.now(),
      status: { state: "queued", held },
      progress,
      stalls: 0,
      position: Math.max(0, ...positions) + 1,
    };
    this.store.atomically(() => {
      this.store.saveJob({ job, key });
      also(id);
    });
    this.#remember([{ job, key }]);
    return job;
  }

  /** Writes a change down, together with whatever `also` writes, and tells everyone. */
  update(id: string, change: Partial<Job>, also?: () => void): Job {
    const [job] = this.updateAll([[id, change]], also);
    return job as Job;
  }

  /** The same with changes of several jobs, by their ids: all of them are written or none. */
  updateAll(changes: Iterable<readonly [string, Partial<Job>]>, also?: () => void): Job[] {
    const changed = [...changes].map(([id, change]) => this.#changed(id, change));
    this.#save(changed, also);
    this.#remember(changed);
    return changed.map(({ job }) => job);
  }

  /** For what has happened, whether or not the store can take it: else it gets it later. */
  updateAnyhow(id: string, change: Partial<Job>): Job {
    try {
      return this.update(id, change);
    } catch (error) {
      if (obstacleOf(error) === undefined) throw error;
      const stored = this.#changed(id, change);
      this.#unfinished.set(id, stored);
      this.#emit({ event: "job", job: stored.job });
      if (!this.#behind.has(id)) this.#catchUpLater(id);
      return stored.job;
    }
  }

  /** Everyone knows already. */
  #catchUpLater(id: string): void {
    this.#behind.add(id);
    setTimeout(() => {
      this.#behind.delete(id);
      const stored = this.#unfinished.get(id);
      if (stored === undefined) return;
      try {
        this.#save([stored]);
      } catch (error) {
        if (obstacleOf(error) === undefined) throw error;
        return this.#catchUpLater(id);
      }
      this.#hold(stored);
    }, RETRY_MS).unref();
  }

  /** Notes an iteration; it reaches the disk with the job's next change. */
  noteProgress(id: string, progress: JobProgress): void {
    const stored = this.#unfinished.get(id);
    if (stored === undefined) return;
    this.#unfinished.set(id, { ...stored, job: { ...stored.job, progress } });
    const { iteration, stage, seconds, loss: total, terms } = progress;
    for (const all of [this.#unsaved, this.#untold]) {
      const rows = all.get(id) ?? [];
      rows.push({ iteration, stage, seconds, total, terms });
      all.set(id, rows);
    }
    const wait = this.#toldAt + PROGRESS_MS - performance.now();
    if (wait <= 0) this.#tell();
    else this.#tellTimer ??= setTimeout(() => this.#tell(), wait);
  }

  /** Writes a change of controls into the job's timeline, and tells everyone. */
  addChange(id: string, change: TimelineEntry): void {
    const { timelines } = this.store;
    this.store.atomically(() => {
      timelines.add(id, [change], { at: Date.now() });
      // What a crash left beyond it is of another descent.
      this.store.forgetAfter(id, change.iteration);
    });
    this.#tell();
    const lastChange = timelines.lastChange(id, change.iteration) ?? change;
    this.#emit({ event: "changed", id, ...change, lastChange });
  }

  /** Forgets what is not on the disk. */
  dropProgress(id: string): void {
    this.#unsaved.delete(id);
    this.#diedAt.delete(id);
  }

  /** Forgets what a worker that died has not saved, but not how far it was. */
  dropProgressOfDead(id: string): void {
    this.#unsaved.delete(id);
    const reached = this.#unfinished.get(id)?.job.progress?.iteration ?? 0;
    this.#diedAt.set(id, Math.max(reached, this.#diedAt.get(id) ?? 0));
  }

  /** Whether an iteration is further than where a worker died over the job: the way there is only repeated. */
  isNew(id: string, iteration: number): boolean {
    if (iteration <= (this.#diedAt.get(id) ?? 0)) return false;
    this.#diedAt.delete(id);
    return true;
  }

  /** Losses, thinned to about so many points; those that are not on the disk yet all. */
  losses(id: string, points: number): LossPoint[] {
    const newest = this.#unsaved.get(id) ?? [];
    // A job that goes on from an older checkpoint makes some of those on the disk again.
    const first = newest[0]?.iteration ?? Number.POSITIVE_INFINITY;
    return [...this.store.losses(id, points).filter(({ iteration }) => iteration < first), ...newest];
  }

  /** Forgets a job. Who was to come after it, and it is done, waits for it no longer. */
  remove(id: string): void {
    const isDone = this.find(id).job.status.state === "done";
    const freed = isDone ? [...this.#unfinished.values()].filter(({ job }) => job.after.includes(id)) : [];
    this.updateAll(
      freed.map(({ job }) => [job.id, { after: job.after.filter((one) => one !== id) }]),
      () => this.store.removeJob(id),
    );
    this.#unfinished.delete(id);
    this.dropProgress(id);
    this.#emit({ event: "removed", id });
  }

  #changed(id: string, change: Partial<Job>): StoredJob {
    const { key, job } = this.find(id);
    return { key, job: { ...job, ...change } };
  }

  #tell(): void {
    clearTimeout(this.#tellTimer);
    this.#tellTimer = undefined;
    if (this.#untold.size === 0) return;
    this.#toldAt = performance.now();
    for (const [id, losses] of this.#untold) {
      const progress = this.#unfinished.get(id)?.job.progress;
      if (progress) this.#emit({ event: "progress", id, progress, losses });
    }
    this.#untold.clear();
  }

  #save(all: readonly StoredJob[], also?: () => void): void {
    this.store.atomically(() => {
      for (const stored of all) {
        this.store.addLosses(stored.job.id, this.#unsaved.get(stored.job.id) ?? []);
        this.store.saveJob(stored);
      }
      also?.();
    });
    for (const { job } of all) this.#unsaved.delete(job.id);
  }

  #remember(all: readonly StoredJob[]): void {
    this.#tell();
    for (const stored of all) this.#hold(stored);
    for (const { job } of all) this.#emit({ event: "job", job });
  }

  /** In memory, as long as it has not ended. */
  #hold(stored: StoredJob): void {
    const { id } = stored.job;
    if (isFinished(stored.job)) {
      this.#unfinished.delete(id);
      this.#diedAt.delete(id);
    } else this.#unfinished.set(id, stored);
  }
}
