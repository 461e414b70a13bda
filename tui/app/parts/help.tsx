import { Box, Text } from "ink";
import { firstHelpLine, helpLayout } from "../help-layout.ts";
import type { Place } from "../keys.ts";
import { useShell } from "../shell.ts";

interface HelpProps {
  readonly place: Place;
  /** The first line that is shown. */
  readonly top: number;
}

/** What keys do where one is; what does not fit is scrolled. */
export function Help({ place, top }: HelpProps) {
  const shell = useShell();
  const { columns, rows, theme } = shell;
  const layout = helpLayout(shell, place);
  const { lines, parts, linesPerPart, keyColumns } = layout;
  const first = firstHelpLine(layout, top);
  const shown = lines.slice(first, first + parts * linesPerPart);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Box height={linesPerPart}>
        {Array.from({ length: parts }, (_, part) => (
          <Box key={part} flexDirection="column" width={Math.floor(columns / parts)}>
            {shown
              .slice(part * linesPerPart, (part + 1) * linesPerPart)
              .map(({ id, title, keys, meaning }) =>
                title === undefined ? (
                  <Text key={id} wrap="truncate">
                    <Text color={theme.warning}>{` ${keys.padEnd(keyColumns)} `}</Text>
                    {meaning}
                  </Text>
                ) : (
                  <Text key={id} wrap="truncate" bold color={theme.accent}>
                    {title}
                  </Text>
                ),
              )}
          </Box>
        ))}
      </Box>
      <Text color={theme.dim} wrap="truncate">
        {shown.length === lines.length
          ? "any key goes back"
          : `any key goes back, but for space, up and down: ${first + 1}-${first + shown.length} of ${lines.length}`}
      </Text>
    </Box>
  );
}
