import cliTruncate from "cli-truncate";
import { Text } from "ink";
import { type RefObject, useMemo } from "react";
import stringWidth from "string-width";
import { plainText } from "../../../shared/plain-text.ts";
import { NO_DAEMON } from "../../client/link-problems.ts";
import { fittingHints, HINT_GAP, type Hint, hintsFor } from "../hints.ts";
import { keysOf } from "../keys.ts";
import { type KeyTaker, useShell } from "../shell.ts";
import { withShortPath } from "./text-line.tsx";

export interface Notice {
  readonly kind: "done" | "failed" | "underway";
  readonly text: string;
}

interface BottomLineProps {
  /** Asked when this is drawn, after the screen that says it. */
  readonly taker: () => KeyTaker;
  readonly notice: Notice | undefined;
  readonly question: string | undefined;
  /** Of what lies over the screen, in place of the screen's own. */
  readonly over: readonly Hint[] | undefined;
  /** Gets the hints that are shown; for the mouse. */
  readonly shown: RefObject<readonly Hint[]>;
}

/** A question, what just happened, or the keys that are of use here. */
export function BottomLine({ taker, notice, question, over, shown }: BottomLineProps) {
  const { columns, keys, theme, state, selected } = useShell();
  const { place, words } = taker();
  const here = place();
  // Without a job there is nothing to be done with one.
  const wanted = here === "queue" && selected === undefined ? "studio" : here;
  const known = JSON.stringify(words ?? {});
  const all = useMemo(() => hintsFor(keys, wanted, words), [keys, wanted, known]);
  shown.current = [];
  if (question !== undefined) {
    const [short, long] = ["? y for yes", "? y for yes, any other key for no"];
    const answers = stringWidth(question + long) <= columns ? long : short;
    return (
      <Text color={theme.warning} bold wrap="truncate">
        {cliTruncate(plainText(question), Math.max(1, columns - answers.length)) + answers}
      </Text>
    );
  }
  if (notice !== undefined)
    return (
      <Text color={notice.kind === "failed" ? theme.error : theme.good} wrap="truncate">
        {withShortPath(plainText(notice.text), columns)}
      </Text>
    );
  const isStartable = state.link.state === "lost" && state.link.reason === NO_DAEMON;
  const [start] = isStartable ? keysOf(keys, "startDaemon", here) : [];
  const first = start === undefined ? [] : [{ key: start, hint: "start the daemon" }];
  shown.current = over ?? fittingHints(first, all, columns);
  return (
    <Text wrap="truncate">
      {shown.current.map(({ key, hint }, i, { length }) => (
        <Text key={key + hint}>
          <Text color={theme.accent}>{key}</Text>
          <Text color={theme.dim}>{` ${hint}${i < length - 1 ? HINT_GAP : ""}`}</Text>
        </Text>
      ))}
    </Text>
  );
}
