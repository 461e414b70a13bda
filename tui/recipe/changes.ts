import { InvalidArgumentError } from "commander";
import type { ControlValues, TimelineEntry } from "../../shared/controls.ts";
import { messageOf, UsageError } from "../../shared/errors.ts";
import { NONE } from "./parsers.ts";

/** Changes of controls as they are typed, such as `style=2`. Throws a UsageError. */
export function parseChanges(assignments: readonly string[]): ControlValues {
  const changes = new Map<string, number>();
  for (const text of assignments) {
    const [, name, value] = /^([A-Za-z0-9_.]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined || value.trim() === "" || !Number.isFinite(Number(value)))
      throw new UsageError(`"${text}": expected CONTROL=NUMBER such as style=2`);
    if (changes.has(name)) throw new UsageError(`${name} is given twice`);
    changes.set(name, Number(value));
  }
  return Object.fromEntries(changes);
}

/** Collects changes that are to come, `ITERATION:CONTROL=VALUE,…`, of which a text may hold several or none; for commander. */
export function collectComing(text: string, before: readonly TimelineEntry[] = []): TimelineEntry[] {
  if (text.trim() === NONE) return [...before];
  try {
    // What follows a comma belongs to the same change.
    return [...before, ...text.trim().replace(/,\s+/g, ",").split(/\s+/).map(parseComing)];
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function parseComing(text: string): TimelineEntry {
  const [, iteration, changes = ""] = /^(\d{1,9}):(.+)$/.exec(text) ?? [];
  if (iteration === undefined)
    throw new UsageError(`"${text}": expected ITERATION:CONTROL=NUMBER,… such as 100:style=2,tv=1e-3.`);
  return { iteration: Number(iteration), changes: parseChanges(changes.split(",")) };
}
