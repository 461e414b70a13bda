import { Text } from "ink";
import type { Control, ControlValues } from "../../shared/controls.ts";
import { formatNumber } from "../terminal/print.ts";
import { contentRows, Pane } from "./pane.tsx";
import { THEME } from "./theme.ts";

interface ControlsPaneProps {
  readonly controls: readonly Control[];
  readonly pending: ControlValues;
  readonly chosen: number;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** Every control of the job with its value; pending ones until they are applied. */
export function ControlsPane({ controls, pending, chosen, isFocused, columns, rows }: ControlsPaneProps) {
  const room = Math.max(1, contentRows(rows) - 1);
  const first = Math.max(0, Math.min(chosen - Math.floor(room / 2), controls.length - room));
  const count = Object.keys(pending).length;
  return (
    <Pane
      title={count === 0 ? "Controls" : `Controls, ${count} pending: enter applies`}
      isFocused={isFocused}
      columns={columns}
      rows={rows}
    >
      {controls.length === 0 && <Text color={THEME.dim}>no job</Text>}
      {controls.slice(first, first + room).map(({ name, value, unit }, i) => {
        const next = pending[name];
        const isChosen = isFocused && first + i === chosen;
        return (
          <Text
            key={name}
            wrap="truncate"
            inverse={isChosen}
            {...(next !== undefined && { color: THEME.pending })}
          >
            {`${isChosen ? "›" : " "}${name.padEnd(16)} ${formatNumber(next ?? value).padStart(9)} ${unit.padEnd(6)}${next === undefined ? "" : ` was ${formatNumber(value)}`}`}
          </Text>
        );
      })}
      <Text color={THEME.dim} wrap="truncate">
        {isFocused ? (controls[chosen]?.meaning ?? "") : ""}
      </Text>
    </Pane>
  );
}
