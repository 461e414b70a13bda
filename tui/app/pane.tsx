import { Box, Text } from "ink";
import type { ReactNode } from "react";
import { THEME } from "./theme.ts";

interface PaneProps {
  readonly title: string;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly children: ReactNode;
}

/** A frame with a title; two rows and four columns are its own. */
export function Pane({ title, isFocused, columns, rows, children }: PaneProps) {
  return (
    <Box
      flexDirection="column"
      width={columns}
      height={rows}
      borderStyle="round"
      borderColor={isFocused ? THEME.accent : THEME.dim}
      paddingX={1}
      overflow="hidden"
    >
      <Text bold={isFocused} wrap="truncate">
        {title}
      </Text>
      {children}
    </Box>
  );
}

/** Rows that a pane of so many leaves for its content. */
export function contentRows(rows: number): number {
  return Math.max(0, rows - 3);
}

export function contentColumns(columns: number): number {
  return Math.max(0, columns - 4);
}
