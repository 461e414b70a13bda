import { go as searchFuzzily } from "fuzzysort";
import { Box, Text } from "ink";
import type { Job } from "../../../shared/jobs.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { type Action, actionsBeside, actionsIn, KEYS, type KeyMap, type Place } from "../keys.ts";
import type { Line } from "../line-edit.ts";
import { useShell } from "../shell.ts";
import { firstShown } from "./pane.tsx";
import { lineWithCursor } from "./text-line.tsx";

/** What can be chosen: something to do here, or a job to go to. */
export type PaletteEntry =
  | { readonly kind: "action"; readonly action: Action; readonly name: string; readonly text: string }
  | { readonly kind: "job"; readonly id: string; readonly name: string; readonly text: string };

/** What is called so comes before what only means it, and what can be done before jobs that have the same letters. */
const [IN_MEANING, OF_JOB] = [0.5, 0.4];

/** All that can be done in a place and beside it, and all jobs, the best matches first. */
export function paletteEntries(
  keys: KeyMap,
  place: Place,
  jobs: readonly Job[],
  query: string,
): PaletteEntry[] {
  const entries: PaletteEntry[] = [
    ...[...actionsIn(keys, place), ...actionsBeside(place)]
      .filter((action) => action !== "palette")
      .map((action) => {
        const name = wordsOf(action);
        return { kind: "action" as const, action, name, text: `${name}: ${KEYS[action].meaning}` };
      }),
    ...jobs.map((job) => {
      const { id, recipe } = job;
      const text = `Job ${id}: ${titleOf(recipe)}, ${stateText(job)}`;
      return { kind: "job" as const, id, name: text, text };
    }),
  ];
  if (query.trim() === "") return entries;
  return searchFuzzily(query, entries, {
    keys: ["name", "text"],
    limit: 100,
    threshold: 0.1,
    scoreFn: (found) => {
      const score = Math.max(found[0]?.score ?? 0, IN_MEANING * (found[1]?.score ?? 0));
      return found.obj.kind === "action" ? score : OF_JOB * score;
    },
  }).map(({ obj }) => obj);
}

/** `moveUp` as people write it. */
function wordsOf(action: Action): string {
  return action.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

interface PaletteProps {
  readonly entries: readonly PaletteEntry[];
  readonly query: Line;
  readonly chosen: number;
}

/** A line to search with, and what was found. */
export function Palette({ entries, query, chosen }: PaletteProps) {
  const { columns, rows, keys, theme, glyphs } = useShell();
  const room = Math.max(1, rows - 2);
  const first = firstShown(chosen, entries.length, room);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text wrap="truncate">
        <Text color={theme.accent} bold>
          {"Do: "}
        </Text>
        {lineWithCursor(query, columns - 4)}
      </Text>
      <Box flexDirection="column" height={room}>
        {entries.length === 0 && <Text color={theme.dim}>nothing has these letters</Text>}
        {entries.slice(first, first + room).map((entry, i) => {
          const isChosen = first + i === chosen;
          const names = entry.kind === "action" ? keys[entry.action].join(", ") : "";
          return (
            <Text key={entry.kind === "action" ? entry.action : entry.id} wrap="truncate" inverse={isChosen}>
              {`${isChosen ? glyphs.chosen : " "} `}
              <Text color={theme.warning}>{`${names.padEnd(14)} `}</Text>
              {entry.text}
            </Text>
          );
        })}
      </Box>
      <Text color={theme.dim} wrap="truncate">
        {entries.length === 0
          ? "nothing is called like that; escape goes back"
          : "enter does it, escape goes back"}
      </Text>
    </Box>
  );
}
