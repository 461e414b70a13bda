import stringWidth from "string-width";

/** Lines cut into rows of at most so many columns. */
export function wrapLines(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => {
    if (stringWidth(line) <= columns) return [line];
    const rows: string[] = [];
    let row = "";
    for (const letter of line) {
      if (stringWidth(row + letter) > columns) {
        rows.push(row);
        row = "";
      }
      row += letter;
    }
    return [...rows, row];
  });
}
