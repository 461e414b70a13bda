import { type ControlValues, entryWithout, inTime, type TimelineEntry } from "../../shared/controls.ts";
import type { Row, Statements } from "./statements.ts";

/** Changes of the same controls belong together if each follows the one before within so long, or one iteration. */
const SWEEP_MS = 3000;

interface WrittenEntry {
  readonly number: number;
  /** When a person made it; null where it came with the recipe. */
  readonly at: number | null;
  readonly entry: TimelineEntry;
}

/** Changes that belong together, as one: number and time of the first, and what they come to. */
interface Sweep extends WrittenEntry {
  /** The last one's number. */
  readonly last: number;
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

  /** What a job began with and that is to come after an iteration. */
  planned(job: string, iteration: number): TimelineEntry[] {
    return inTime(
      this.#written(job).flatMap(({ at, left }) =>
        at === null && left !== undefined && left.iteration > iteration && isChange(left) ? left : [],
      ),
    );
  }

  /** The iterations at which the optimiser began afresh. */
  beginnings(job: string): Set<number> {
    const rows = this.#sql.all("SELECT iteration FROM timeline WHERE job = :job AND changes = '{}'", { job });
    return new Set(rows.map(({ iteration }) => iteration as number));
  }

  /** Forgets for good what later changes took the place of: no undo brings it back. */
  settle(job: string): void {
    for (const { number, entry, left } of this.#written(job))
      if (left === undefined)
        this.#sql.run("DELETE FROM timeline WHERE job = :job AND number = :number", { job, number });
      else if (left !== entry)
        this.#sql.run("UPDATE timeline SET changes = :changes WHERE job = :job AND number = :number", {
          job,
          number,
          changes: JSON.stringify(left.changes),
        });
  }

  /** Every entry in the order written, and what later ones have left of it. */
  #written(job: string): (WrittenEntry & { readonly left: TimelineEntry | undefined })[] {
    const rows = this.#sql.all(`${WRITTEN} ORDER BY number DESC`, { job });
    // From the last written on, in one go: a timeline may be long.
    const turnedAt = new Map<string, number>();
    return rows
      .map((row) => {
        const written = toWritten(row);
        const { iteration, changes } = written.entry;
        const earliest = (control: string) => Math.min(iteration, turnedAt.get(control) ?? iteration);
        const left =
          turnedAt.size === 0
            ? written.entry
            : entryWithout(written.entry, (control) => earliest(control) < iteration);
        if (written.at !== null)
          for (const control of Object.keys(changes)) turnedAt.set(control, earliest(control));
        return { ...written, left };
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
    // All in one go: of a timeline of thousands each by itself would hold up everyone else.
    this.#sql.run(
      `INSERT INTO timeline (job, number, iteration, changes, inherited, at)
       SELECT :job, :last + 1 + key, value ->> 'iteration', value -> 'changes', :inherited, :at
       FROM json_each(:entries)`,
      {
        job,
        last: Number(last),
        inherited: Number(isInherited),
        at,
        entries: JSON.stringify(inTime(entries)),
      },
    );
  }

  replace(job: string, entries: readonly TimelineEntry[]): void {
    this.#sql.run("DELETE FROM timeline WHERE job = :job", { job });
    this.add(job, entries);
  }

  /**
   * What an undo of a job that stands at an iteration takes back: the change that was made last, which need not be the one
   * of the latest iteration, since what a crash left may hold changes that are still to come. What the job began with is
   * made when it comes. A control that was turned by many keys is one change to whoever turned it: with the iteration of
   * the earliest and the values of the last.
   */
  lastChange(job: string, now: number): TimelineEntry | undefined {
    return this.#lastSweep(job, now)?.entry;
  }

  /** Forgets that change, and of what was made what was written after it and is beyond an iteration. */
  forgetLast(job: string, now: number, iteration: number): void {
    const { number: first = 0, last = 0 } = this.#lastSweep(job, now) ?? {};
    this.#sql.run(
      `DELETE FROM timeline WHERE job = :job AND ${IS_MADE} AND
         (number BETWEEN :first AND :last OR (number > :last AND iteration > :iteration))`,
      { job, now, iteration, first, last },
    );
  }

  #lastSweep(job: string, now: number): Sweep | undefined {
    let sweep: Sweep | undefined;
    const made = `${WRITTEN} AND inherited = 0 AND ${IS_MADE} ORDER BY number DESC`;
    for (const row of this.#sql.iterate(made, { job, now })) {
      const written = toWritten(row);
      const { number, entry } = written;
      if (sweep === undefined) {
        if (isChange(entry)) sweep = { ...written, last: number };
        continue;
      }
      if (!isFollowedBy(written, sweep)) break;
      // A crash in between may have put the later ones at earlier iterations.
      const iteration = Math.min(entry.iteration, sweep.entry.iteration);
      sweep = { ...written, last: sweep.last, entry: { ...sweep.entry, iteration } };
    }
    return sweep;
  }
}

/** Whether a change belongs to those after it. What a person made never belongs to what came with the recipe. */
function isFollowedBy({ number, at, entry }: WrittenEntry, next: WrittenEntry): boolean {
  if (next.number - number !== 1 || (at === null) !== (next.at === null)) return false;
  const isSoon = at !== null && next.at !== null && Math.abs(next.at - at) <= SWEEP_MS;
  return (
    (isSoon || next.entry.iteration - entry.iteration === 1) && isSameSet(entry.changes, next.entry.changes)
  );
}

/** Else it is the optimiser's new beginning. */
function isChange({ changes }: TimelineEntry): boolean {
  return Object.keys(changes).length > 0;
}

function isSameSet(a: ControlValues, b: ControlValues): boolean {
  const [first, second] = [Object.keys(a), Object.keys(b)];
  return first.length === second.length && first.every((name) => Object.hasOwn(b, name));
}

/** Not one of those that a job began with and that are still to come. */
const IS_MADE = "(at IS NOT NULL OR iteration <= :now)";
const WRITTEN = "SELECT number, iteration, changes, at FROM timeline WHERE job = :job";

function toWritten({ number, iteration, changes, at }: Row): WrittenEntry {
  return {
    number: number as number,
    at: at as number | null,
    entry: {
      iteration: iteration as number,
      changes: JSON.parse(changes as string) as TimelineEntry["changes"],
    },
  };
}
