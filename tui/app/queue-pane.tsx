import { Text } from "ink";
import { secondsLeft, speedFrom } from "../../shared/estimate.ts";
import type { Job } from "../../shared/jobs.ts";
import { percentOf, stateText, titleOf } from "../terminal/job-text.ts";
import { formatDuration } from "../terminal/print.ts";
import { contentRows, Pane } from "./pane.tsx";
import { STATE_SIGNS, THEME } from "./theme.ts";

interface QueuePaneProps {
  readonly jobs: readonly Job[];
  readonly selected: string | undefined;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** The queue in its order, then what has ended; the selected job is always in sight. */
export function QueuePane({ jobs, selected, isFocused, columns, rows }: QueuePaneProps) {
  const room = contentRows(rows);
  const at = Math.max(
    0,
    jobs.findIndex(({ id }) => id === selected),
  );
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), jobs.length - room));
  const speed = speedFrom(jobs.toReversed());
  return (
    <Pane title={`Queue ${jobs.length}`} isFocused={isFocused} columns={columns} rows={rows}>
      {jobs.length === 0 && <Text color={THEME.dim}>nothing yet; atelier add …</Text>}
      {jobs.slice(first, first + room).map((job) => (
        <Text
          key={job.id}
          wrap="truncate"
          color={THEME.states[job.status.state]}
          inverse={job.id === selected}
        >
          {`${job.id === selected ? "›" : " "}${STATE_SIGNS[job.status.state]} ${detailOf(job, speed).padStart(9)} ${titleOf(job.recipe)} ${job.id.slice(0, 4)}`}
        </Text>
      ))}
    </Pane>
  );
}

function detailOf(job: Job, speed: number | undefined): string {
  switch (job.status.state) {
    case "running": {
      const left = secondsLeft(job, speed);
      return `${percentOf(job).replace(" ", "")}${left === undefined ? "" : ` ${formatDuration(left)}`}`;
    }
    case "paused":
      return `${percentOf(job).replace(" ", "")} ‖`;
    case "queued":
    case "done":
    case "failed":
    case "cancelled":
      return stateText(job);
  }
}
