import { Box, Text } from "ink";
import stringWidth from "string-width";
import { formatNumber } from "../terminal/print.ts";
import { hintsFor, type Place } from "./keys.ts";
import type { MirrorState } from "./mirror.ts";
import { THEME } from "./theme.ts";

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
}

/** What works on what, and whether the link holds. */
export function TitleLine({ state, columns }: { readonly state: MirrorState; readonly columns: number }) {
  const { link, worker, paused, jobs } = state;
  const running = jobs.find(({ status }) => status.state === "running");
  const speed =
    running?.progress && running.progress.seconds > 0
      ? ` · ${formatNumber(running.progress.iteration / running.progress.seconds)} it/s`
      : "";
  return (
    <Box width={columns} height={1}>
      <Text wrap="truncate">
        <Text bold color={THEME.accent}>
          Atelier{" "}
        </Text>
        {link.state === "lost" && (
          <Text color={THEME.error}>
            {link.wasOpen ? `link lost: ${link.reason} · trying again ` : `${link.reason}, or press S `}
          </Text>
        )}
        {link.state === "connecting" && <Text color={THEME.warning}>connecting… </Text>}
        {paused && <Text color={THEME.warning}>queue paused · </Text>}
        {worker !== undefined && (
          <Text color={THEME.dim}>
            {worker.state === "ready"
              ? `${worker.engine} on ${worker.device} · ${worker.weights}${speed}`
              : `worker ${worker.state} ${worker.detail}`}
          </Text>
        )}
      </Text>
    </Box>
  );
}

interface BottomLineProps {
  readonly pane: Place;
  readonly notice: Notice | undefined;
  readonly question: string | undefined;
  readonly columns: number;
}

/** A question, what just happened, or the keys that are of use here. */
export function BottomLine({ pane, notice, question, columns }: BottomLineProps) {
  if (question !== undefined)
    return (
      <Text color={THEME.warning} bold wrap="truncate">
        {question}
      </Text>
    );
  if (notice !== undefined)
    return (
      <Text color={notice.kind === "done" ? THEME.good : THEME.error} wrap="truncate">
        {notice.text}
      </Text>
    );
  const shown: { keys: string; hint: string }[] = [];
  let width = 0;
  for (const one of hintsFor(pane)) {
    width += stringWidth(`${one.keys} ${one.hint}  `);
    if (width > columns) break;
    shown.push(one);
  }
  return (
    <Text wrap="truncate">
      {shown.map(({ keys, hint }) => (
        <Text key={keys + hint}>
          <Text color={THEME.accent}>{keys}</Text>
          <Text color={THEME.dim}>{` ${hint}  `}</Text>
        </Text>
      ))}
    </Text>
  );
}
