/** One line of a table: what was measured, or why it was not, and whether it is as good as it must be. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly isGood: boolean;
}

/** Does a step; one that fails becomes a row with its reason, and the others go on. */
export async function row(what: string, bound: string, step: () => Promise<Omit<Row, "what" | "bound">>) {
  process.stderr.write(`${what} …\n`);
  try {
    return { what, bound, ...(await step()) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { what, bound, measured: `failed: ${reason.replaceAll(/\s*\n\s*/g, "; ")}`, isGood: false };
  }
}

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, measured, bound, isGood }) => `| ${what} | ${measured} | ${bound} | ${isGood ? "yes" : "NO"} |`,
  );
  return ["| what | measured | wanted | good |", "|---|---|---|---|", ...lines, ""].join("\n");
}
