import { Text } from "ink";
import stringWidth from "string-width";
import type { ComingChange, Control, ControlValues } from "../../../shared/controls.ts";
import { rangeText } from "../../../shared/limits.ts";
import { formatNumber } from "../../terminal/print.ts";
import type { Line } from "../line-edit.ts";
import { useShell } from "../shell.ts";
import { cutToRows } from "../wrap-lines.ts";
import { contentColumns, contentRows, firstShown, hiddenText, lineAtRow, Pane } from "./pane.tsx";
import { lineWithCursor } from "./text-line.tsx";

interface ControlsPaneProps {
  readonly controls: readonly Control[];
  /** The recipe's own values: the middle of each slider. */
  readonly origins: ControlValues;
  readonly pending: ControlValues;
  readonly chosen: number;
  /** What the job's timeline will make of the chosen one. */
  readonly coming: ComingChange | undefined;
  /** A value that is being typed for the chosen one. */
  readonly typed: Line | undefined;
  readonly isLive: boolean;
  /** Pending ones are on their way to the daemon. */
  readonly isSending: boolean;
  /** The job is at its end: its changes can only be a branch's. */
  readonly hasEnded: boolean;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

const VALUE_COLUMNS = 8;
const [LEAST_SLIDER, MOST_SLIDER] = [7, 21];
/** A slider reaches from a hundredth of the recipe's value to a hundred times it. */
const DECADES = 2;
/** Of ` was ` and a value. */
const BEFORE_COLUMNS = 5 + VALUE_COLUMNS;

/** Every control of the job with its value; pending ones until they are applied. */
export function ControlsPane(props: ControlsPaneProps) {
  const { controls, origins, pending, chosen, typed, isLive, isSending, hasEnded, isFocused } = props;
  const { columns, rows } = props;
  const { theme, glyphs, keys } = useShell();
  const room = roomFor(rows);
  const first = firstShown(chosen, controls.length, room);
  const shown = controls.slice(first, first + room);
  const count = Object.keys(pending).length;
  const nameColumns = Math.max(0, ...controls.map(({ name }) => name.length));
  const afterValue = contentColumns(columns) - nameColumns - VALUE_COLUMNS - 3;
  // Where there is too little room for both, a slider or the value that a pending one replaces is of more use than units.
  const units = Math.max(0, ...controls.map(({ unit }) => 1 + stringWidth(unit)));
  const unitColumns = afterValue - units < LEAST_SLIDER ? 0 : units;
  const left = afterValue - unitColumns;
  const width = left < LEAST_SLIDER ? 0 : Math.min(MOST_SLIDER, left);
  const hasBoth = left >= width + BEFORE_COLUMNS;
  const focus = controls[chosen];
  const hidden = hiddenText(first, controls.length, room);
  const state = isLive
    ? ", live"
    : count > 0
      ? `, ${count} ${isSending ? "on the way" : `pending${endOf()}`}`
      : "";
  return (
    <Pane
      title={[`Controls${state}`, ...(hidden === "" ? [] : [hidden])].join(glyphs.separator)}
      isFocused={isFocused}
      columns={columns}
      rows={rows}
    >
      {controls.length === 0 && <Text color={theme.dim}>no job</Text>}
      {shown.map(({ name, value, unit }, i) => {
        const next = pending[name];
        const isChosen = isFocused && first + i === chosen;
        const written = isChosen && typed !== undefined ? lineWithCursor(typed) : formatNumber(next ?? value);
        const slider = sliderOf(next ?? value, origins[name] ?? value, width, glyphs);
        const before = next === undefined ? "" : beforeText(value, left);
        const aside = hasBoth || before === "" ? `${slider} ${before}` : before;
        return (
          <Text
            key={name}
            wrap="truncate"
            inverse={isChosen}
            {...(next !== undefined && { color: theme.pending })}
          >
            {`${isChosen ? glyphs.chosen : " "}${name.padEnd(nameColumns)} ${written.padStart(VALUE_COLUMNS)} ${unit.padEnd(unitColumns).slice(0, unitColumns)}${aside}`.trimEnd()}
          </Text>
        );
      })}
      {isFocused && focus !== undefined && (
        <Text color={theme.dim}>
          {cutToRows(
            meaningOf(focus, props.coming),
            contentColumns(columns),
            Math.max(1, room + 1 - shown.length),
          ).join("\n")}
        </Text>
      )}
    </Pane>
  );

  /** What is to be done with pending changes. */
  function endOf(): string {
    const [[apply], [branch]] = [keys.apply, keys.branchWith];
    if (hasEnded) return branch === undefined ? "" : `: ${branch} branches`;
    return apply === undefined ? "" : `: ${apply} applies`;
  }
}

/** What a pending value takes the place of. */
function beforeText(value: number, columns: number): string {
  const long = `was ${formatNumber(value)}`;
  return long.length <= columns ? long : `(${formatNumber(value)})`;
}

/** Rows for controls; one is for what the chosen one means. */
function roomFor(rows: number): number {
  return Math.max(1, contentRows(rows) - 1);
}

/** The control of a row of the pane, counted from its first; for the mouse. */
export function controlAtRow(
  { count, chosen, rows }: { count: number; chosen: number; rows: number },
  row: number,
): number | undefined {
  return lineAtRow(row, chosen, count, roomFor(rows));
}

/** What is to come and the range first: where there is too little room for all, the meaning is cut. */
function meaningOf({ meaning, min, max }: Control, coming: ComingChange | undefined): string {
  const next =
    coming === undefined ? "" : `becomes ${formatNumber(coming.value)} after iteration ${coming.iteration}; `;
  return `${next}${rangeText({ min, max })}: ${meaning}`;
}

/**
 * Where a value lies beside the recipe's own, by the root of its decades, so that a step near the middle is seen as
 * well; 0 is the left end.
 */
function sliderOf(
  value: number,
  origin: number,
  columns: number,
  { track, knob }: { track: string; knob: string },
): string {
  if (columns === 0) return "";
  const decades = value <= 0 ? -DECADES : Math.log10(value / (origin || 1));
  const offset = Math.sign(decades) * Math.sqrt(Math.min(1, Math.abs(decades) / DECADES));
  const at = Math.round(((offset + 1) / 2) * (columns - 1));
  return track.repeat(at) + knob + track.repeat(columns - 1 - at);
}
