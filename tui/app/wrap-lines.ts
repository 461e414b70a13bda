import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** A text cut into rows of at most so many columns, wherever a row is full. */
function wrapAnywhere(text: string, columns: number): string[] {
  return wrapAnsi(text, columns, { hard: true, wordWrap: false, trim: false }).split("\n");
}

/** Wraps lines that only become more: those that have come since it last did are all that is left to wrap. */
export function growingRows(columns: number): (lines: readonly string[]) => readonly string[] {
  const rows: string[] = [];
  let wrapped = 0;
  return (lines) => {
    for (const line of lines.slice(wrapped)) for (const row of wrapAnywhere(line, columns)) rows.push(row);
    wrapped = lines.length;
    return rows;
  };
}

/** Items one after another in rows of at most so many columns, with a gap between; what is wider is cut into several. */
export function flowItems<T extends { readonly text: string }>(
  items: readonly T[],
  columns: number,
  gap: number,
): T[][] {
  const rows: T[][] = [];
  let room = 0;
  for (const item of items.flatMap((one) =>
    wrapAnywhere(one.text, columns).map((text) => ({ ...one, text })),
  )) {
    const width = stringWidth(item.text);
    const row = rows.at(-1);
    if (row === undefined || room < gap + width) {
      rows.push([item]);
      room = columns - width;
    } else {
      row.push(item);
      room -= gap + width;
    }
  }
  return rows;
}

/** A text cut between its words. */
export function wrapWords(text: string, columns: number): string[] {
  const words = text.split(" ").map((word) => ({ text: word }));
  return flowItems(words, columns, 1).map((row) => row.map((word) => word.text).join(" "));
}

/** A text in at most so many rows; an ellipsis ends what finds no room. */
export function cutToRows(text: string, columns: number, rows: number): string[] {
  const wrapped = wrapWords(text, columns);
  if (wrapped.length <= rows) return wrapped;
  const last = wrapped.slice(rows - 1).join(" ");
  return [...wrapped.slice(0, rows - 1), cliTruncate(last, columns)];
}
