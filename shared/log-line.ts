import { plainLines } from "./plain-text.ts";

const LEVELS: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/** A line of the daemon's log as a person reads it: the time here, level, what happened, and with which job. */
export function formatLogLine(line: string): string {
  // Text that has several lines, as of where a fault was, must not look like others of the log.
  return plainLines(describe(line).replaceAll("\n", "\n    "));
}

function describe(line: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line.trimEnd();
  }
  const { time, level, msg, job, ...rest } = fields;
  const others = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [
    // As in 2026-05-01 14:03:59.
    new Date(String(time)).toLocaleString("sv"),
    (LEVELS[Number(level)] ?? "info").padEnd(5),
    ...[job, msg].filter((text) => typeof text === "string"),
    ...others,
  ].join(" ");
}
