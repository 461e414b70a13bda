import { Box, Text } from "ink";
import { KEYS, type Place } from "./keys.ts";
import { THEME } from "./theme.ts";

const PLACES: readonly { readonly place: Place; readonly title: string }[] = [
  { place: "anywhere", title: "Anywhere" },
  { place: "queue", title: "Queue" },
  { place: "chart", title: "Losses" },
  { place: "controls", title: "Controls" },
];

/** All keys, from the one table. */
export function Help({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  const lines = PLACES.flatMap(({ place, title }) => [
    { key: title, isTitle: true, keys: title, meaning: "" },
    ...Object.values(KEYS)
      .filter((binding) => binding.place === place)
      .map(({ keys, meaning }) => ({
        key: `${title} ${meaning}`,
        isTitle: false,
        keys: keys.join(", "),
        meaning,
      })),
  ]);
  const perColumn = Math.max(1, rows - 2);
  const parts = Array.from({ length: Math.ceil(lines.length / perColumn) }, (_, i) =>
    lines.slice(i * perColumn, (i + 1) * perColumn),
  );
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Box flexGrow={1}>
        {parts.map((part) => (
          <Box key={part[0]?.key} flexDirection="column" width={Math.floor(columns / parts.length)}>
            {part.map(({ key, isTitle, keys, meaning }) => (
              <Text key={key} wrap="truncate">
                {isTitle ? (
                  <Text bold color={THEME.accent}>
                    {keys}
                  </Text>
                ) : (
                  <Text>
                    <Text color={THEME.warning}>{`  ${keys.padEnd(13)}`}</Text>
                    {meaning}
                  </Text>
                )}
              </Text>
            ))}
          </Box>
        ))}
      </Box>
      <Text color={THEME.dim}>any key goes back</Text>
    </Box>
  );
}
