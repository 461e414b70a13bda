import type { TimelineEntry } from "../../../shared/controls.ts";
import { messageOf, UsageError } from "../../../shared/errors.ts";
import { findPreset } from "../../../shared/presets.ts";
import type { PictureReference, Recipe } from "../../../shared/recipe.ts";
import type { JobArguments, QueueArguments } from "../../recipe/jobs.ts";
import { type Base, changedBy, fromPreset, withComing } from "../../recipe/options.ts";
import { EMPTY_LINE, type Line } from "../line-edit.ts";
import { expandHome } from "../pasted-files.ts";
import type { Draft } from "../shell.ts";
import type { Slot } from "../use-live-state.ts";
import { FIELDS, type Field, usualOf } from "./fields.ts";
import type { BrowserState } from "./files.ts";

export type Picture = PictureReference;
export type Style = Recipe["styles"][number];

export interface Choosing {
  readonly what: "content" | "style";
  readonly browser: Slot<BrowserState>;
}

/** What has been chosen and written so far. */
export interface FormState {
  readonly contents: readonly Picture[];
  readonly styles: readonly Style[];
  /** Texts of fields; flags are "yes". */
  readonly texts: Readonly<Partial<Record<keyof JobArguments, Line>>>;
  readonly row: number;
  /** Which pictures are being chosen from the disk. */
  readonly choosing: Choosing | undefined;
  readonly isSending: boolean;
}

/** A line of the form. */
export type Row =
  | { readonly kind: "content"; readonly index: number }
  | { readonly kind: "style"; readonly index: number }
  | { readonly kind: "addContent" | "addStyle" | "submit" }
  | { readonly kind: "field"; readonly field: Field };

export function initialForm(draft: Draft): FormState {
  const recipe = recipeOf(draft);
  const [first, ...others] = draft.from === "nothing" ? draft.files : [];
  return {
    contents: recipe !== undefined ? [recipe.content] : first === undefined ? [] : [{ file: first }],
    styles: recipe?.styles ?? others.map((file) => ({ file, weight: 1 })),
    texts: {},
    row: 0,
    choosing: undefined,
    isSending: false,
  };
}

function recipeOf(draft: Draft): Recipe | undefined {
  return draft.from === "recipe" ? draft.recipe : draft.from === "queued" ? draft.job.recipe : undefined;
}

/** One job is edited: it has one content, one blend, and its turn in the queue already. */
const NOT_IN_EDIT: readonly (keyof JobArguments)[] = ["each", "priority", "hold", "at"];

export function rowsOf({ contents, styles }: FormState, draft: Draft): Row[] {
  const isEdit = draft.from === "queued";
  return [
    ...contents.map((_, index) => ({ kind: "content" as const, index })),
    ...(isEdit && contents.length > 0 ? [] : [{ kind: "addContent" as const }]),
    ...styles.map((_, index) => ({ kind: "style" as const, index })),
    { kind: "addStyle" },
    ...FIELDS.filter(({ name }) => !isEdit || !NOT_IN_EDIT.includes(name)).map((field) => ({
      kind: "field" as const,
      field,
    })),
    { kind: "submit" },
  ];
}

/** What the form starts from: the preset that is written, where there is such a one; else the draft's recipe. */
function baseOf({ texts }: FormState, draft: Draft): Base {
  const preset = findPreset(texts.preset?.text.trim() ?? "")?.name;
  return preset === undefined ? (recipeOf(draft) ?? fromPreset("default")) : fromPreset(preset);
}

/** What a line stands at while nothing is written in it. */
export function usualValue({ name }: Field, form: FormState, draft: Draft): string {
  const job = draft.from === "queued" ? draft.job : undefined;
  if (name === "out" && job?.out != null) return job.out;
  if (name === "group" && job !== undefined && job.group !== "") return job.group;
  if (name === "after" && job !== undefined && job.after.length > 0) return job.after.join(" ");
  return usualOf(name, baseOf(form, draft));
}

/** All that is written in lines. Throws a UsageError that names the line. */
function argumentsOf({ texts }: FormState): JobArguments {
  const values: Partial<Record<keyof JobArguments, unknown>> = {};
  for (const { name, label, isFlag, parse } of FIELDS) {
    const text = texts[name]?.text.trim();
    if (!text) continue;
    try {
      values[name] = isFlag ? true : parse(text);
    } catch (error) {
      throw new UsageError(`${label} ${text}: ${messageOf(error)}`);
    }
  }
  return values as JobArguments;
}

/** Which pictures are styles of jobs of their own. */
export function isEach({ texts }: Pick<FormState, "texts">): boolean {
  return texts.each !== undefined && texts.each.text !== "";
}

/** How many jobs it makes, once it has a content and a style. */
export function jobsIn({ contents, styles, texts }: FormState): number {
  return Math.max(1, contents.length) * (isEach({ texts }) ? Math.max(1, styles.length) : 1);
}

/** The jobs that the form asks for. Throws a UsageError where something is missing or wrong. */
export function jobsOf(form: FormState, draft: Draft): { recipe: Recipe; timeline: TimelineEntry[] }[] {
  // The preset is in the base, pictures are the form's own.
  const { preset, content: _content, style: _style, ...changes } = argumentsOf(form);
  const base = preset === undefined ? baseOf(form, draft) : fromPreset(preset);
  if (changes.init !== undefined) changes.init = expandHome(changes.init);
  if (changes.mask !== undefined) changes.mask = expandHome(changes.mask);
  const { contents, styles } = form;
  if (contents.length === 0) throw new UsageError("which picture? choose a content");
  if (styles.length === 0) throw new UsageError("which style? choose one or more");
  const blends = isEach(form) ? styles.map((style) => [{ ...style, weight: 1 }]) : [[...styles]];
  return contents.flatMap((content) =>
    blends.map((blend) => {
      const recipe = changedBy(changes, { ...base, content, styles: blend });
      return { recipe, timeline: withComing(changes, recipe, []) };
    }),
  );
}

export function queueArgumentsOf(form: FormState): QueueArguments {
  const { out, ...options } = argumentsOf(form);
  return out === undefined ? options : { ...options, out: expandHome(out) };
}

/** Whether it says something else than when it was opened. */
export function isFilled(form: FormState, draft: Draft): boolean {
  return saidIn(form) !== saidIn(initialForm(draft));
}

function saidIn({ contents, styles, texts }: FormState): string {
  const written = Object.entries(texts).filter(([, { text }]) => text !== "");
  return JSON.stringify([contents, styles, written.map(([name, { text }]) => [name, text])]);
}

export function lineAt({ texts }: FormState, field: Field): Line {
  return texts[field.name] ?? EMPTY_LINE;
}
