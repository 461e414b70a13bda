import { z } from "zod";
import { CONTROL_FAMILIES } from "../../shared/controls.ts";
import { rangeText } from "../../shared/limits.ts";
import { recipeSchema } from "../../shared/recipe.ts";

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** Every field of a recipe, and the controls. */
export function recipePage(): string {
  const rows = rowsOf("", z.toJSONSchema(recipeSchema)).map(
    ([path, values, meaning]) => `| \`${path}\` | ${values.replaceAll("|", "\\|")} | ${meaning} |`,
  );
  return [
    "# Recipe reference",
    "",
    "A recipe is all that defines a picture, as JSON. Every PNG that Atelier writes carries its own:",
    "`atelier recipe FILE.png` prints it, `atelier run --recipe FILE` makes it again, and any other option",
    "given beside it changes it. Every field that is not optional must be there; an unknown one is an error.",
    "The forms of the loss terms are in [objective.md](objective.md).",
    "",
    "<!-- This page is made by `npm run docs`. -->",
    "",
    "| field | values | meaning |",
    "|---|---|---|",
    ...rows,
    "",
    "## Controls",
    "",
    "Numbers that may change while a job runs, by `atelier set ID CONTROL=VALUE`. Each change is written to the",
    "job's timeline with its iteration; a timeline beside a recipe is made again when that is run.",
    "",
    "| control | values | meaning |",
    "|---|---|---|",
    ...CONTROL_FAMILIES.map(
      ({ pattern, unit, meaning, ...range }) =>
        `| \`${pattern}\` | ${rangeText(range)}${unit === "" ? "" : ` ${unit}`} | ${meaning} |`,
    ),
    "",
  ].join("\n");
}

type Row = [path: string, values: string, meaning: string];

/** One row per field; of a choice between objects, one per field of each. */
function rowsOf(path: string, schema: JsonSchema): Row[] {
  if (typeof schema === "boolean") return [];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const simple = choices.map(valuesOf).filter((values) => values !== "");
    const nested = choices.flatMap((choice) => rowsOf(path, choice).filter(([inner]) => inner !== path));
    const own: Row[] =
      simple.length > 0 || schema.description !== undefined
        ? [
            [
              path,
              [...simple, ...(nested.length > 0 ? ["as below"] : [])].join(" or "),
              schema.description ?? "",
            ],
          ]
        : [];
    return [...own, ...nested];
  }
  if (schema.type === "array" && typeof schema.items === "object" && !Array.isArray(schema.items))
    return rowsOf(`${path}[]`, schema.items);
  if (schema.properties !== undefined) {
    const own: Row[] = schema.description === undefined ? [] : [[path, "as below", schema.description]];
    return [
      ...own,
      ...Object.entries(schema.properties).flatMap(([name, inner]) => {
        const [first, ...rest] = rowsOf(path === "" ? name : `${path}.${name}`, inner);
        if (first === undefined) return [];
        if (schema.required?.includes(name)) return [first, ...rest];
        const [field, values, meaning] = first;
        return [[field, `${values}, optional`, meaning] satisfies Row, ...rest];
      }),
    ];
  }
  return [[path, valuesOf(schema), schema.description ?? ""]];
}

function valuesOf(schema: JsonSchema): string {
  if (typeof schema === "boolean") return "";
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.type === "null") return "`null`";
  if (schema.type === "number" || schema.type === "integer") return rangeOf(schema);
  if (typeof schema.additionalProperties === "object")
    return `layer → ${rangeOf(schema.additionalProperties)}`;
  if (schema.pattern === "^[0-9a-f]{64}$") return "SHA-256 in hex";

  const types: readonly unknown[] = [schema.type].flat();
  return types.includes("string") ? `text${types.includes("null") ? " or `null`" : ""}` : "";
}

function rangeOf(schema: Exclude<JsonSchema, boolean>): string {
  const kind = schema.type === "integer" ? "whole number" : "number";
  const low =
    schema.exclusiveMinimum === undefined ? `from ${schema.minimum}` : `above ${schema.exclusiveMinimum}`;
  const high =
    schema.exclusiveMaximum === undefined ? `to ${schema.maximum}` : `below ${schema.exclusiveMaximum}`;
  return `${kind} ${low} ${high}`;
}
