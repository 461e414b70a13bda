import { Box, Text } from "ink";
import { formatNumber } from "../../terminal/print.ts";
import { contentColumns, contentRows, firstShown, hiddenText, lineAtRow } from "../parts/pane.tsx";
import { endOf, lineWithCursor } from "../parts/text-line.tsx";
import { type Draft, useShell } from "../shell.ts";
import { cutToRows } from "../wrap-lines.ts";
import { type FormState, isEach, jobsIn, lineAt, type Row, rowsOf, usualValue } from "./state.ts";

interface FormRowsProps {
  readonly form: FormState;
  readonly draft: Draft;
  readonly columns: number;
  readonly rows: number;
}

const LABEL_COLUMNS = 17;
/** For what the chosen line means. */
const MEANING_ROWS = 2;

/** The lines of the form, the chosen one in sight, and what it means below. */
export function FormRows({ form, draft, columns, rows }: FormRowsProps) {
  const { theme, glyphs } = useShell();
  const lines = rowsOf(form, draft);
  const meaningRows = meaningRowsOf(rows);
  const room = roomFor(rows);
  const first = firstShown(form.row, lines.length, room);
  const chosen = lines[form.row];
  const hidden = hiddenText(first, lines.length, room);
  const about = [
    ...(hidden === "" ? [] : [hidden]),
    ...(chosen === undefined ? [] : [meaningOf(chosen, draft)]),
  ].join(glyphs.separator);
  const valueColumns = contentColumns(columns) - LABEL_COLUMNS - 3;
  return (
    <Box flexDirection="column" height={room + meaningRows}>
      {lines.slice(first, first + room).map((row, i) => {
        const isChosen = first + i === form.row;
        const { label, value, isUsual } = textOf(row, form, draft, { columns: valueColumns, isChosen });
        return (
          <Text key={keyOf(row)} wrap="truncate" inverse={isChosen}>
            {`${isChosen ? glyphs.chosen : " "} ${label.padEnd(LABEL_COLUMNS)} `}
            <Text
              {...(isUsual && !isChosen && { color: theme.dim })}
              {...(row.kind === "submit" && { bold: true, color: theme.accent })}
            >
              {value}
            </Text>
          </Text>
        );
      })}
      <Box flexGrow={1} />
      <Text color={theme.dim}>{cutToRows(about, contentColumns(columns), meaningRows).join("\n")}</Text>
    </Box>
  );
}

function meaningRowsOf(rows: number): number {
  return contentRows(rows) > 6 ? MEANING_ROWS : 1;
}

/** Rows for the lines of the form. */
function roomFor(rows: number): number {
  return Math.max(1, contentRows(rows) - meaningRowsOf(rows));
}

/** The line of the form in a row of the pane, counted from its first; for the mouse. */
export function formLineAt(form: FormState, draft: Draft, rows: number, row: number): number | undefined {
  return lineAtRow(row, form.row, rowsOf(form, draft).length, roomFor(rows));
}

function keyOf(row: Row): string {
  if (row.kind === "field") return row.field.name;
  return "index" in row ? `${row.kind} ${row.index}` : row.kind;
}

function textOf(
  row: Row,
  form: FormState,
  draft: Draft,
  { columns, isChosen }: { columns: number; isChosen: boolean },
): { label: string; value: string; isUsual: boolean } {
  switch (row.kind) {
    case "content":
      return {
        label: "content",
        value: endOf(form.contents[row.index]?.file ?? "", columns),
        isUsual: false,
      };
    case "style": {
      const { file = "", weight = 1 } = form.styles[row.index] ?? {};
      const share = isEach(form) ? "" : `share ${formatNumber(weight)}  `;
      return { label: "style", value: share + endOf(file, columns - share.length), isUsual: false };
    }
    case "addContent":
      return {
        label: form.contents.length === 0 ? "content" : "",
        value:
          form.contents.length === 0
            ? "enter chooses pictures, or drop them here"
            : "enter adds more: a job each",
        isUsual: true,
      };
    case "addStyle":
      return {
        label: form.styles.length === 0 ? "style" : "",
        value:
          form.styles.length === 0
            ? "enter chooses pictures"
            : `enter adds more: ${isEach(form) ? "a job each" : "blended"}`,
        isUsual: true,
      };
    case "submit":
      return { label: "", value: submitText(form, draft), isUsual: false };
    case "field": {
      const { field } = row;
      const line = lineAt(form, field);
      if (field.isFlag)
        return { label: field.label, value: line.text === "" ? "no" : "yes", isUsual: line.text === "" };
      const usual = usualValue(field, form, draft);
      if (line.text === "") return { label: field.label, value: endOf(usual, columns), isUsual: true };
      const value = isChosen ? lineWithCursor(line, columns) : endOf(line.text, columns);
      return { label: field.label, value, isUsual: false };
    }
  }
}

function submitText(form: FormState, draft: Draft): string {
  if (draft.from === "queued") return "Change it";
  const count = jobsIn(form);
  return count === 1 ? "Queue it" : `Queue ${count} jobs`;
}

function meaningOf(row: Row, draft: Draft): string {
  const isEdit = draft.from === "queued";
  switch (row.kind) {
    case "content":
      return "the picture whose content is kept; backspace takes it out";
    case "addContent":
      return `the picture whose content is kept${isEdit ? "" : "; with several, a job for each"}`;
    case "style":
      return "left and right change its share in the blend; backspace takes it out";
    case "addStyle":
      return `the pictures whose style is taken, blended${isEdit ? "" : ", or with each a job for each"}`;
    case "submit":
      return isEdit ? "changes it in the queue" : "puts it into the queue";
    case "field": {
      const { meaning, suggestions } = row.field;
      return suggestions.length > 0 ? `${meaning}; left and right choose` : meaning;
    }
  }
}
