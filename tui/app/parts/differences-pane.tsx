import { Text } from "ink";
import type { DifferenceItem } from "../compared-jobs.ts";
import { useShell } from "../shell.ts";
import { contentRows, Pane } from "./pane.tsx";

interface DifferencesPaneProps {
  readonly lines: readonly (readonly DifferenceItem[])[];
  /** The first line that is shown. */
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** What the recipes of jobs differ in. */
export function DifferencesPane({ lines, top, columns, rows }: DifferencesPaneProps) {
  const { theme } = useShell();
  const shown = lines.slice(top, top + contentRows(rows));
  const where = shown.length < lines.length ? `  ${top + 1}-${top + shown.length} of ${lines.length}` : "";
  return (
    <Pane title={`What differs${where}`} isFocused={false} columns={columns} rows={rows}>
      {lines.length === 0 && <Text color={theme.dim}>nothing: the same recipe</Text>}
      {shown.map((items, y) => (
        <Text key={top + y} wrap="truncate">
          {items.map(({ text, colour }, i) => (
            <Text key={i} {...(colour !== undefined && { color: colour })}>
              {i === 0 ? text : `  ${text}`}
            </Text>
          ))}
        </Text>
      ))}
    </Pane>
  );
}
