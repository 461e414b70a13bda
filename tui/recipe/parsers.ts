import { existsSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { messageOf, UsageError } from "../../shared/errors.ts";
import { isWithin, type Range, rangeText } from "../../shared/limits.ts";

/** A parser of whole numbers in a range, for commander. */
export function wholeNumber(range: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !isWithin(value, range))
      throw new InvalidArgumentError(`expected a whole number from ${range.min} to ${range.max}.`);
    return value;
  };
}

/** A parser of numbers in a range, for commander. */
export function numberFrom(range: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !isWithin(value, range))
      throw new InvalidArgumentError(`expected a number from ${rangeText(range)}.`);
    return value;
  };
}

/** What empties an option that has something already. Null is no value of an option to commander. */
export const NONE = "none";

/** A parser that also takes that word, for commander. */
export function orNone<T>(parse: (text: string) => T): (text: string) => T | typeof NONE {
  return (text) => (text === NONE ? NONE : parse(text));
}

/** The label of jobs, for commander. One that is empty comes of a variable that is not set, and is not taken for none. */
export function groupName(text: string): string {
  if (text === "") throw new InvalidArgumentError(`expected a label, or ${NONE} for jobs without one.`);
  return text === NONE ? "" : text;
}

/** A web address, for commander. */
export function webAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError("expected an address that begins with http:// or https://.");
  return text;
}

export interface StyleArgument {
  readonly file: string;
  readonly weight: number;
}

/** Collects `FILE` and `FILE:WEIGHT`, for commander. */
export function collectStyle(text: string, before: readonly StyleArgument[] = []): StyleArgument[] {
  try {
    return [...before, parseStyle(text)];
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

/** `FILE` or `FILE:WEIGHT`. A colon that is not followed by a number belongs to the name. Throws a UsageError. */
export function parseStyle(text: string): StyleArgument {
  const match = /^(.+):(\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.exec(text);
  const [file, weight] = match ? [match[1] as string, Number(match[2])] : [text, 1];
  const [, named, after] = /^(.+):(.*)$/.exec(text) ?? [];
  if (match === null && named !== undefined && !existsSync(text) && existsSync(named))
    throw new UsageError(`"${after}" is no weight; expected FILE:WEIGHT, such as ${named}:0.5`);
  if (!(weight > 0)) throw new UsageError(`${text}: a style's weight must be above 0`);
  return { file, weight };
}
