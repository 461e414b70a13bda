const LEVELS: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/** A line of the daemon's log as a person reads it: time, level, what happened, and with which job. */
export function formatLogLine(line: string): string {
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
    String(time).slice(0, 19).replace("T", " "),
    (LEVELS[Number(level)] ?? "info").padEnd(5),
    ...[job, msg].filter((text) => typeof text === "string"),
    ...others,
  ].join(" ");
}
