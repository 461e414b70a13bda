import { type ControlValues, inTime, type TimelineEntry } from "../../shared/controls.ts";
import type { Row, Statements } from "./statements.ts";

/** Changes of the same controls belong together if each follows the one before within so long, or one iteration. */
const SWEEP_MS = 3000;

/** Changes that belong together: numbers of the first and the last, and what they come to. */
interface Sweep {
  readonly first: number;
  readonly last: number;
  /** When the first was made; NaN where nobody made it by hand. */
  readonly at: number;
  readonly entry: TimelineEntry;
}

/** The timelines of jobs on disk: entries are numbered as they were written, whatever their iterations. */
export class Timelines {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** In time. What a person's later change took the place of is left out; an undo of that change brings it back. */
  of(job: string): TimelineEntry[] {
    return inTime(this.#written(job).flatMap(({ left }) => left ?? []));
  }

  /** Forgets for good what later changes took the place of: no undo brings it back. */
  settle(job: string): void {
    for (const { number, left, isWhole } of this.#written(job))
      if (left === undefined)
        this.#sql.run("DELETE FROM timeline WHERE job = :job AND number = :number", { job, number });
      else if (!isWhole)
        this.#sql.run("UPDATE timeline SET changes = :changes WHERE job = :job AND number = :number", {
          job,
          number,
          changes: JSON.stringify(left.changes),
        });
  }

  /** Every entry in the order written, with what later ones have left of it. */
  #written(job: string): { number: number; left: TimelineEntry | undefined; isWhole: boolean }[] {
    const rows = this.#sql.all(
      "SELECT number, iteration, changes, at FROM timeline WHERE job = :job ORDER BY number DESC",
      { job },
    );
    // From the last written on, in one go: a timeline may be long.
    const changedAt = new Map<string, number>();
    return rows
      .map((row) => {
        const entry = toEntry(row);
        const { iteration } = entry;
        const all = Object.entries(entry.changes);
        const kept = all.filter(([name]) => iteration <= (changedAt.get(name) ?? iteration));
        if (row["at"] !== null)
          for (const [name] of all)
            changedAt.set(name, Math.min(iteration, changedAt.get(name) ?? iteration));
        const isWhole = kept.length === all.length;
        const left = isWhole ? entry : { iteration, changes: Object.fromEntries(kept) };
        return {
          number: row["number"] as number,
          left: isWhole || kept.length > 0 ? left : undefined,
          isWhole,
        };
      })
      .toReversed();
  }

  /**
   * Numbered by their iterations: what an undo leaves of them then made sense before. An inherited entry was made in the
   * job that this one began as: no undo takes it back. `at`: when a person made it.
   */
  add(
    job: string,
    entries: readonly TimelineEntry[],
    { isInherited = false, at = null }: { isInherited?: boolean; at?: number | null } = {},
  ): void {
    const [{ last = 0 } = {}] = this.#sql.all("SELECT max(number) AS last FROM timeline WHERE job = :job", {
      job,
    });
    for (const [i, { iteration, changes }] of inTime(entries).entries())
      this.#sql.run(
        `INSERT INTO timeline (job, number, iteration, changes, inherited, at)
         VALUES (:job, :number, :iteration, :changes, :inherited, :at)`,
        {
          job,
          number: Number(last) + 1 + i,
          iteration,
          changes: JSON.stringify(changes),
          inherited: Number(isInherited),
          at,
        },
      );
  }

  replace(job: string, entries: readonly TimelineEntry[]): void {
    this.#sql.run("DELETE FROM timeline WHERE job = :job", { job });
    this.add(job, entries);
  }

  /**
   * What an undo takes back: the change that was made last, which need not be the one of the latest iteration, since a
   * timeline that a job began with, or that a crash left, holds changes that are still to come. A control that was turned
   * by many keys is one change to whoever turned it: with the iteration of the earliest and the values of the last.
   */
  lastChange(job: string): TimelineEntry | undefined {
    return this.#lastSweep(job)?.entry;
  }

  /** Forgets the last change, and what was written after it and is beyond an iteration. */
  forgetLast(job: string, iteration: number): void {
    const { first = 0, last = 0 } = this.#lastSweep(job) ?? {};
    this.#sql.run(
      `DELETE FROM timeline WHERE job = :job AND
         (number BETWEEN :first AND :last OR (number > :last AND iteration > :iteration))`,
      { job, iteration, first, last },
    );
  }

  #lastSweep(job: string): Sweep | undefined {
    let sweep: Sweep | undefined;
    for (const row of this.#sql.iterate(
      "SELECT number, iteration, changes, at FROM timeline WHERE job = :job AND inherited = 0 ORDER BY number DESC",
      { job },
    )) {
      const [number, at, entry] = [row["number"] as number, Number(row["at"] ?? Number.NaN), toEntry(row)];
      const { iteration, changes } = entry;
      if (sweep === undefined) {
        if (Object.keys(changes).length > 0) sweep = { first: number, last: number, at, entry };
        continue;
      }
      const isByHand = !Number.isNaN(at);
      const follows = Math.abs(sweep.at - at) <= SWEEP_MS || sweep.entry.iteration - iteration === 1;
      if (!follows || isByHand === Number.isNaN(sweep.at)) break;
      if (sweep.first - number !== 1 || !isSameSet(changes, sweep.entry.changes)) break;
      // A crash in between may have put the later ones at earlier iterations.
      const from = Math.min(iteration, sweep.entry.iteration);
      sweep = { ...sweep, first: number, at, entry: { ...sweep.entry, iteration: from } };
    }
    return sweep;
  }
}

function isSameSet(a: ControlValues, b: ControlValues): boolean {
  const [first, second] = [Object.keys(a), Object.keys(b)];
  return first.length === second.length && first.every((name) => Object.hasOwn(b, name));
}

function toEntry({ iteration, changes }: Row): TimelineEntry {
  return {
    iteration: iteration as number,
    changes: JSON.parse(changes as string) as TimelineEntry["changes"],
  };
}
