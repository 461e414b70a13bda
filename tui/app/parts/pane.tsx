import { Box, Text } from "ink";
import type { ReactNode } from "react";
import { useShell } from "../shell.ts";

interface PaneProps {
  readonly title: string;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly children: ReactNode;
}

/** A frame with a title; three rows and four columns are its own. */
export function Pane({ title, isFocused, columns, rows, children }: PaneProps) {
  const { theme } = useShell();
  return (
    <Box
      flexDirection="column"
      width={columns}
      height={rows}
      // Seen without colours as well.
      borderStyle={isFocused ? "bold" : "round"}
      borderColor={isFocused ? theme.accent : theme.dim}
      paddingX={1}
      overflowY="hidden"
    >
      <Text bold={isFocused} wrap="truncate">
        {title}
      </Text>
      {children}
    </Box>
  );
}

/** Of the screen, above the first row of a pane's content: the title line, the pane's border and its title. */
export const ROWS_ABOVE_CONTENT = 3;

/** Rows that a pane of so many leaves for its content. */
export function contentRows(rows: number): number {
  return Math.max(0, rows - 3);
}

export function contentColumns(columns: number): number {
  return Math.max(0, columns - 4);
}

/** The first of `room` rows that are shown of `count`, so that row `at` is in sight. */
export function firstShown(at: number, count: number, room: number): number {
  return Math.max(0, Math.min(at - Math.floor(room / 2), count - room));
}

/** The line that is in a row of those that are shown so; for the mouse. */
export function lineAtRow(row: number, at: number, count: number, room: number): number | undefined {
  const line = firstShown(at, count, room) + row;
  return row >= 0 && row < room && line < count ? line : undefined;
}

/** How many rows are out of sight. */
export function hiddenText(first: number, count: number, room: number): string {
  const below = count - first - room;
  return [...(first > 0 ? [`${first} above`] : []), ...(below > 0 ? [`${below} below`] : [])].join(", ");
}
