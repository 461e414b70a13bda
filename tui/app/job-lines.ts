import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import type { Job } from "../../shared/jobs.ts";
import { type FactName, factsOf } from "../terminal/job-facts.ts";
import { flowItems, wrapWords } from "./wrap-lines.ts";

/** What is said of a job after its id, size and group, the most telling first; state and losses are said elsewhere. */
const TOLD = [
  "priority",
  "after",
  "branched",
  "progress",
  "goes to",
  "stages",
  "method",
  "added",
  "running",
  "paused",
  "ended",
  "content",
  "style",
  "mask",
] as const satisfies readonly FactName[];

const GAP = "  ";

export interface JobLine {
  /** Filled up to the others' width; empty where the text has them all. */
  readonly name: string;
  readonly text: string;
}

interface JobLinesOptions {
  /** Which works on it, where there are several. */
  readonly device: string | undefined;
  readonly columns: number;
  readonly rows: number;
  /** Columns that stay free at the end of the last of several rows. */
  readonly spare: number;
}

/** What there is to know of a job: below an empty row each in its own, or where that is too much one after another. */
export function jobLines(job: Job, { device, columns, rows, spare }: JobLinesOptions): JobLine[] {
  if (rows < 1) return [];
  const facts = factsOf(job);
  const head = [job.id, ...facts.size, ...facts.group.map((group) => `[${group}]`)];
  const told = [
    ...TOLD.map((name) => ({ name, text: facts[name].join(" + ") })),
    { name: "device", text: device ?? "" },
  ].filter(({ text }) => text !== "");
  const nameColumns = Math.max(...told.map(({ name }) => name.length)) + GAP.length;
  const apart = told.flatMap(({ name, text }) =>
    wrapWords(text, Math.max(1, columns - nameColumns)).map((row, i) => ({
      name: (i === 0 ? name : "").padEnd(nameColumns),
      text: row,
    })),
  );
  if (apart.length + 2 <= rows) return [line(" "), line(cliTruncate(head.join(GAP), columns)), ...apart];
  const items = [...head, ...told.map(({ name, text }) => `${name} ${text}`)]
    .flatMap((item) => (stringWidth(item) <= columns ? [item] : wrapWords(item, columns)))
    .map((text) => ({ text }));
  const flowing = flowItems(items, columns, GAP.length).map((row) => row.map(({ text }) => text).join(GAP));
  const last = flowing.splice(Math.max(0, rows - 1)).join(GAP);
  return [...flowing, cliTruncate(last, Math.max(1, rows > 1 ? columns - spare : columns))].map(line);
}

function line(text: string): JobLine {
  return { name: "", text };
}
