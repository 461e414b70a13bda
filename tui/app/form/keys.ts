import { letterOf } from "../key-names.ts";
import { EMPTY_LINE, editLine, insert, lineOf } from "../line-edit.ts";
import { filesFromPaste } from "../pasted-files.ts";
import type { Draft } from "../shell.ts";
import type { LiveState } from "../use-live-state.ts";
import type { Field } from "./fields.ts";
import { type FormState, lineAt, type Row, rowsOf, usualValue } from "./state.ts";

/** Shares of a style go by such steps. */
const SHARE_STEP = 0.25;

export function chosenRow(form: FormState, draft: Draft): Row | undefined {
  return rowsOf(form, draft)[form.row];
}

export function moveRow(ui: LiveState<FormState>, draft: Draft, by: number): void {
  const last = rowsOf(ui.current, draft).length - 1;
  ui.update({ row: Math.min(last, Math.max(0, ui.current.row + by)) });
}

/** Left and right: another suggestion, a flag, or a larger share; false where they mean nothing. */
export function turn(ui: LiveState<FormState>, draft: Draft, by: 1 | -1): boolean {
  const row = chosenRow(ui.current, draft);
  if (row?.kind === "style") {
    const styles = ui.current.styles.map((style, i) =>
      i === row.index ? { ...style, weight: Math.max(SHARE_STEP, style.weight + by * SHARE_STEP) } : style,
    );
    ui.update({ styles });
    return true;
  }
  if (row?.kind !== "field") return false;
  const { field } = row;
  const { text } = lineAt(ui.current, field);
  if (field.isFlag) {
    write(ui, field, text === "" ? "yes" : "");
    return true;
  }
  // The empty line stands for the usual value, be it one of the suggestions or not.
  const usual = usualValue(field, ui.current, draft);
  const choices = field.suggestions.includes(usual) ? field.suggestions : [usual, ...field.suggestions];
  const at = choices.indexOf(text === "" ? usual : text);
  if (field.suggestions.length === 0 || at < 0) return false;
  const next = choices[(at + by + choices.length) % choices.length] ?? "";
  write(ui, field, next === usual ? "" : next);
  return true;
}

/** Letters go into the line; backspace also takes a picture out. False for keys that mean something else. */
export function writeInForm(ui: LiveState<FormState>, draft: Draft, name: string): boolean {
  const form = ui.current;
  const row = chosenRow(form, draft);
  const without = <T>(all: readonly T[], index: number) => all.filter((_, i) => i !== index);
  if (name === "backspace" || name === "delete") {
    if (row?.kind === "content") ui.update({ contents: without(form.contents, row.index) });
    if (row?.kind === "style") ui.update({ styles: without(form.styles, row.index) });
  }
  // Letters are text in the form: where there is no line for them they do nothing.
  if (row?.kind !== "field") return letterOf(name) !== undefined;
  const { field } = row;
  if (field.isFlag) {
    if (name === "space") turn(ui, draft, 1);
    return letterOf(name) !== undefined;
  }
  if (name === "left" || name === "right") {
    if (turn(ui, draft, name === "left" ? -1 : 1)) return true;
  }
  if (name === "escape") return false;
  const next = editLine(lineAt(form, field), name);
  if (next === undefined) return false;
  ui.update({ texts: { ...form.texts, [field.name]: next } });
  return true;
}

function write(ui: LiveState<FormState>, { name }: Field, text: string): void {
  ui.update({ texts: { ...ui.current.texts, [name]: text === "" ? EMPTY_LINE : lineOf(text) } });
}

/**
 * Pasted text goes into the line that is written, a path as what it leads to; elsewhere it names pictures. False where
 * it names none.
 */
export function pasteInForm(ui: LiveState<FormState>, draft: Draft, text: string): boolean {
  const form = ui.current;
  const row = chosenRow(form, draft);
  const files = filesFromPaste(text);
  if (row?.kind !== "field" || row.field.isFlag) {
    if (files.length > 0) addPictures(ui, draft, files, "any");
    return files.length > 0;
  }
  const [only = text] = files.length === 1 ? files : [];
  ui.update({ texts: { ...form.texts, [row.field.name]: insert(lineAt(form, row.field), only) } });
  return true;
}

/**
 * Pictures that were chosen or dropped: what the row asks for, elsewhere what is missing, else styles. With the first
 * content the row goes on to the styles, so that the next picture becomes one.
 */
export function addPictures(
  ui: LiveState<FormState>,
  draft: Draft,
  files: readonly string[],
  wanted: "content" | "style" | "any",
): void {
  const form = ui.current;
  const row = chosenRow(form, draft);
  const isContentRow = row?.kind === "content" || row?.kind === "addContent";
  const isStyleRow = row?.kind === "style" || row?.kind === "addStyle";
  const isStyle =
    wanted === "style" || (wanted === "any" && (isStyleRow || (!isContentRow && form.contents.length > 0)));
  const known = (all: readonly { file: string }[]) =>
    files.filter((file) => !all.some((one) => one.file === file));
  if (isStyle) {
    const added = known(form.styles).map((file) => ({ file, weight: 1 }));
    ui.update({ styles: [...form.styles, ...added], row: form.row + added.length });
  } else {
    const added = known(form.contents).map((file) => ({ file }));
    // A job that is changed has one.
    const contents = [...form.contents, ...added].slice(draft.from === "queued" ? -1 : 0);
    ui.update({ contents });
    const rows = rowsOf(ui.current, draft);
    const isFirst = form.contents.length === 0 && form.styles.length === 0;
    const toStyles = rows.findIndex(({ kind }) => kind === "addStyle");
    ui.update({ row: isFirst ? toStyles : form.row + contents.length - form.contents.length });
  }
}
