import { z } from "zod";

/** Nobody reads more, and a value may have hundreds of thousands. */
const MOST_ISSUES = 20;

/** What is wrong with a value from outside, each fault with the path to it. */
export function describeIssues({ issues }: z.ZodError): string {
  const words = issues
    .slice(0, MOST_ISSUES)
    .map(({ path, message }) => `${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`);
  return [...words, ...(issues.length > MOST_ISSUES ? [`${issues.length - MOST_ISSUES} more`] : [])].join(
    "; ",
  );
}

/** In the words of this program, wherever its schemas refuse something. */
z.config({ customError: wordsFor });

/** Undefined leaves zod's own. */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "missing"
        : `expected ${KINDS[issue.expected as string] ?? issue.expected}, got ${shown(issue.input)}`;
    case "invalid_value":
      return issue.input === undefined
        ? "missing"
        : `expected ${listed(issue.values)}, got ${shown(issue.input)}`;
    case "invalid_union": {
      if (issue["discriminator"] !== undefined) return `expected ${listed(issue["options"] as unknown[])}`;
      const ways = (issue.errors as readonly (readonly z.core.$ZodIssue[])[]).map(
        ([first]) => first?.message,
      );
      return issue.input === undefined ? "missing" : [...new Set(ways)].filter(Boolean).join("; or ");
    }
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "is empty";
      return `expected ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue)}`;
    case "too_big":
      return `expected ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue)}`;
    case "unrecognized_keys":
      return `does not know ${listed(issue.keys, "and")}${knownKeys(issue.inst)}`;
    default:
      return undefined;
  }
}

/** What a schema of named things has instead of a name that it does not know. */
function knownKeys(schema: unknown): string {
  const names =
    schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum
      ? schema.keyType.options
      : schema instanceof z.ZodObject
        ? Object.keys(schema.shape)
        : [];
  return names.length === 0 ? "" : `; there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}

const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  object: "an object in braces",
  record: "an object in braces",
  array: "a list",
};

function unitOf({ origin, input }: z.core.$ZodRawIssue): string {
  switch (origin) {
    case "string":
      return " letters";
    case "array":
      return ` of them, got ${(input as unknown[]).length}`;
    default:
      return `, got ${shown(input)}`;
  }
}

function listed(values: readonly unknown[], word = "or"): string {
  const names = values.map((value) => JSON.stringify(value));
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}

const MOST_SHOWN = 40;

/** A value as it stands in its file, in short. */
function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
