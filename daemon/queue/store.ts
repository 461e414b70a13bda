import type { DatabaseSync } from "node:sqlite";
import {
  isFinished,
  type Job,
  type JobProgress,
  type JobStateName,
  type LossPoint,
} from "../../shared/jobs.ts";
import { inTransaction } from "./database.ts";
import { type Row, Statements } from "./statements.ts";
import { Timelines } from "./timelines.ts";

/** A job with what only the queue needs to know of it. */
export interface StoredJob {
  readonly job: Job;
  readonly key: string;
}

/** A checkpoint's files, by name in the job's folder. */
export interface CheckpointRow {
  readonly iteration: number;
  readonly stage: number;
  readonly at: number;
  readonly loss: number;
  readonly picture: string;
  readonly picture_bytes: number;
  /** The optimiser's state; only the newest checkpoint keeps it. */
  readonly state: string | null;
  readonly state_bytes: number;
  readonly progress: JobProgress;
}

/** The queue on disk. */
export class Store {
  readonly timelines: Timelines;
  readonly #database: DatabaseSync;
  readonly #sql: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = new Statements(database);
    this.timelines = new Timelines(this.#sql);
  }

  atomically<T>(work: () => T): T {
    return inTransaction(this.#database, work);
  }

  close(): void {
    this.#database.close();
  }

  saveJob({ job, key }: StoredJob): void {
    this.#sql.run(
      `INSERT INTO jobs VALUES (:id, :key, :recipe, :job_group, :priority, :position, :after, :out, :created,
         :finished, :state, :status, :plan, :progress, :stalls, :branched_from)
       ON CONFLICT (id) DO UPDATE SET recipe = :recipe, plan = :plan, priority = :priority, position = :position,
         after = :after, out = :out, job_group = :job_group, finished = :finished, state = :state, status = :status, progress = :progress, stalls = :stalls`,
      {
        id: job.id,
        key,
        recipe: JSON.stringify(job.recipe),
        job_group: job.group,
        priority: job.priority,
        position: job.position,
        after: JSON.stringify(job.after),
        out: job.out,
        created: job.created,
        finished: isFinished(job) && "at" in job.status ? job.status.at : null,
        state: job.status.state,
        status: JSON.stringify(job.status),
        plan: JSON.stringify(job.plan),
        progress: job.progress === null ? null : JSON.stringify(job.progress),
        stalls: job.stalls,
        branched_from: job.branchedFrom === null ? null : JSON.stringify(job.branchedFrom),
      },
    );
  }

  removeJob(id: string): void {
    this.#sql.run("DELETE FROM jobs WHERE id = :id", { id });
  }

  /** Every job that has not ended, in the queue's order. */
  unfinished(): StoredJob[] {
    return this.#sql
      .all("SELECT * FROM jobs WHERE finished IS NULL ORDER BY priority DESC, position", {})
      .map(toStored);
  }

  finished(states: readonly JobStateName[] | null, group: string | null, skip: number, limit: number): Job[] {
    return this.#sql
      .all(
        `SELECT * FROM jobs WHERE finished IS NOT NULL
         AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
         AND (:job_group IS NULL OR job_group = :job_group)
       ORDER BY finished DESC, id LIMIT :limit OFFSET :skip`,
        { states: states === null ? null : JSON.stringify(states), job_group: group, skip, limit },
      )
      .map((row) => toStored(row).job);
  }

  /** Jobs whose id begins so; two are enough to know that it is not unique. */
  findByPrefix(prefix: string): StoredJob[] {
    return this.#sql
      .all("SELECT * FROM jobs WHERE id >= :prefix AND id < :end ORDER BY id = :prefix DESC, id LIMIT 2", {
        prefix,
        end: `${prefix}\u{10ffff}`,
      })
      .map(toStored);
  }

  find(id: string): StoredJob | undefined {
    return this.#sql.all("SELECT * FROM jobs WHERE id = :id", { id }).map(toStored)[0];
  }

  findByKey(key: string): StoredJob | undefined {
    return this.#sql.all("SELECT * FROM jobs WHERE key = :key", { key }).map(toStored)[0];
  }

  countsOfFinished(): Partial<Record<JobStateName, number>> {
    const rows = this.#sql.all(
      "SELECT state, count(*) AS count FROM jobs WHERE finished IS NOT NULL GROUP BY state",
      {},
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  addLosses(job: string, rows: readonly LossPoint[]): void {
    for (const { terms, ...row } of rows)
      this.#sql.run(
        "INSERT OR REPLACE INTO losses VALUES (:job, :iteration, :stage, :seconds, :total, :terms)",
        {
          job,
          ...row,
          terms: JSON.stringify(terms),
        },
      );
  }

  /** About `points` losses, evenly taken, the last one always. */
  losses(job: string, points: number): LossPoint[] {
    const [{ first, last } = {}] = this.#sql.all(
      `SELECT (SELECT min(iteration) FROM losses WHERE job = :job) AS first,
              (SELECT max(iteration) FROM losses WHERE job = :job) AS last`,
      { job },
    );
    if (typeof first !== "number" || typeof last !== "number") return [];
    // Each is looked up by its iteration: there may be a million that nobody wants.
    return this.#sql
      .all(
        `WITH RECURSIVE wanted (iteration) AS (
         SELECT :last UNION ALL SELECT iteration - :step FROM wanted WHERE iteration - :step >= :first)
       SELECT iteration, stage, seconds, total, terms FROM wanted CROSS JOIN losses USING (iteration)
       WHERE job = :job ORDER BY iteration`,
        { job, first, last, step: Math.ceil((last - first + 1) / points) },
      )
      .map(({ terms, ...row }) => ({
        ...(row as unknown as Omit<LossPoint, "terms">),
        terms: JSON.parse(terms as string) as LossPoint["terms"],
      }));
  }

  addCheckpoint(job: string, { progress, ...row }: CheckpointRow): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO checkpoints
       VALUES (:job, :iteration, :stage, :at, :loss, :picture, :picture_bytes, :state, :state_bytes, :progress)`,
      { job, ...row, progress: JSON.stringify(progress) },
    );
  }

  /** Oldest first. */
  checkpoints(job: string): CheckpointRow[] {
    return this.#sql
      .all("SELECT * FROM checkpoints WHERE job = :job ORDER BY iteration", { job })
      .map(({ job: _job, progress, ...row }) => ({
        ...(row as unknown as Omit<CheckpointRow, "progress">),
        progress: JSON.parse(progress as string) as JobProgress,
      }));
  }

  /** Forgets what was made beyond an iteration. */
  forgetAfter(job: string, iteration: number): void {
    for (const table of ["losses", "checkpoints"])
      this.#sql.run(`DELETE FROM ${table} WHERE job = :job AND iteration > :iteration`, { job, iteration });
  }

  removeCheckpoint(job: string, iteration: number): void {
    this.#sql.run("DELETE FROM checkpoints WHERE job = :job AND iteration = :iteration", {
      job,
      iteration,
    });
  }

  /**
   * Brings a job that stands at an iteration, `now`, back to another. Forgets the last change, what came after that
   * iteration and was written after that change, and every optimiser's state: it belongs to the objective that is undone.
   */
  rewind(job: string, now: number, iteration: number): void {
    this.forgetAfter(job, iteration);
    this.#sql.run("UPDATE checkpoints SET state = NULL, state_bytes = 0 WHERE job = :job", { job });
    this.timelines.forgetLast(job, now, iteration);
  }

  /** Ids of the jobs that ended from one instant on, and before another. */
  ended(from: number, before = Number.POSITIVE_INFINITY): string[] {
    const rows = this.#sql.all("SELECT id FROM jobs WHERE finished >= :from AND finished < :before", {
      from,
      before,
    });
    return rows.map(({ id }) => id as string);
  }

  setting(name: string): string | undefined {
    return this.#sql.all("SELECT value FROM settings WHERE name = :name", { name })[0]?.["value"] as
      | string
      | undefined;
  }

  setSetting(name: string, value: string): void {
    this.#sql.run("INSERT OR REPLACE INTO settings VALUES (:name, :value)", { name, value });
  }
}

function toStored(row: Row): StoredJob {
  const text = (name: string) => row[name] as string;
  const parsed = (name: string): unknown => (row[name] === null ? null : JSON.parse(text(name)));
  // Written by this store from checked values, so not checked again: a page of history stays quick.
  const job = {
    id: row["id"],
    recipe: parsed("recipe"),
    group: row["job_group"],
    priority: row["priority"],
    position: row["position"],
    after: parsed("after"),
    out: row["out"],
    created: row["created"],
    status: parsed("status"),
    plan: parsed("plan"),
    progress: parsed("progress"),
    stalls: row["stalls"],
    branchedFrom: parsed("branched_from"),
  } as Job;
  return { job, key: text("key") };
}
