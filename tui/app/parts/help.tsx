import { Box, Text } from "ink";
import { actionsIn, KEYS, PLACES, type Place } from "../keys.ts";
import { useShell } from "../shell.ts";

interface HelpLine {
  readonly id: string;
  readonly title?: string;
  readonly keys: string;
  readonly meaning: string;
}

/** The keys of a place and of those around it, from the one table. */
export function Help({ place }: { readonly place: Place }) {
  const { columns, rows, keys, theme } = useShell();
  const lines: HelpLine[] = [];
  for (const action of actionsIn(keys, place)) {
    const { place: at, meaning } = KEYS[action];
    if (lines.findLast(({ title }) => title !== undefined)?.id !== at)
      lines.push({ id: at, title: PLACES[at].title, keys: "", meaning: "" });
    lines.push({ id: action, keys: keys[action].join(", "), meaning });
  }
  const perColumn = Math.max(1, rows - 1);
  const parts = Array.from({ length: Math.ceil(lines.length / perColumn) }, (_, i) =>
    lines.slice(i * perColumn, (i + 1) * perColumn),
  );
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Box height={rows - 1}>
        {parts.map((part) => (
          <Box key={part[0]?.id} flexDirection="column" width={Math.floor(columns / parts.length)}>
            {part.map(({ id, title, keys: names, meaning }) => (
              <Text key={id} wrap="truncate">
                {title === undefined ? (
                  <Text>
                    <Text color={theme.warning}>{`  ${names.padEnd(14)} `}</Text>
                    {meaning}
                  </Text>
                ) : (
                  <Text bold color={theme.accent}>
                    {title}
                  </Text>
                )}
              </Text>
            ))}
          </Box>
        ))}
      </Box>
      <Text color={theme.dim}>any key goes back</Text>
    </Box>
  );
}
