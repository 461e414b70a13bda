export type Verdict = "good" | "not good" | "only measured" | "skipped";

/** One line of a table: what was measured, or why it was not, and whether it is as good as it must be. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly verdict: Verdict;
  /** The same in numbers, for programs. */
  readonly figures?: Readonly<Record<string, number | string | null>>;
}

export type Result = Omit<Row, "what" | "wanted">;

/** Does a step and tells of it at once; one that fails becomes a row with its reason, and the others go on. */
export async function row(what: string, wanted: string, step: () => Promise<Result>): Promise<Row> {
  process.stderr.write(`${what} …\n`);
  const result = await step().catch((error: unknown): Result => {
    const reason = error instanceof Error ? error.message : String(error);
    return { measured: `failed: ${reason.replaceAll(/\s*\n\s*/g, "; ")}`, verdict: "not good" };
  });
  process.stderr.write(`  ${result.measured} (${result.verdict})\n`);
  return { what, wanted, ...result };
}

export function skipped(what: string, wanted: string, reason: string): Row {
  return { what, wanted, measured: `skipped: ${reason}`, verdict: "skipped" };
}

export function verdictOf(isGood: boolean): Verdict {
  return isGood ? "good" : "not good";
}

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, measured, wanted, verdict }) => `| ${what} | ${measured} | ${wanted} | ${verdict} |`,
  );
  return ["| what | measured | wanted | |", "|---|---|---|---|", ...lines, ""].join("\n");
}

export function seconds(value: number): string {
  return value < 1 ? `${(1000 * value).toPrecision(3)} ms` : `${value.toPrecision(3)} s`;
}
