import { Text } from "ink";
import { useMemo } from "react";
import stringWidth from "string-width";
import { secondsLeftForAll, secondsUntilDone, speedFrom } from "../../../shared/estimate.ts";
import type { Job } from "../../../shared/jobs.ts";
import { NO_DAEMON } from "../../client/link-problems.ts";
import { percentOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { formatDuration } from "../../terminal/print.ts";
import { type JobLine, jobLines } from "../job-lines.ts";
import type { KeyMap } from "../keys.ts";
import type { MirrorState } from "../mirror-state.ts";
import { useShell } from "../shell.ts";
import { contentColumns, contentRows, firstShown, hiddenText, Pane } from "./pane.tsx";

interface QueuePaneProps {
  /** As they are shown: filtered and sorted. */
  readonly jobs: readonly Job[];
  readonly marked: ReadonlySet<string>;
  /** As it is written or in force; comes first, as what is typed has to be seen. */
  readonly filter: string;
  /** What else is said of the list besides its length. */
  readonly note: string;
  readonly isGrouped: boolean;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

type Row =
  | { readonly kind: "group"; readonly name: string; readonly count: number }
  | { readonly kind: "job"; readonly job: Job };

/** The queue in its order, then what has ended; the selected job is always in sight. */
export function QueuePane(props: QueuePaneProps) {
  const { jobs, marked, filter, note, isGrouped, isFocused, columns, rows } = props;
  const { state, keys, selected, theme, glyphs } = useShell();
  const lines = useMemo(() => rowsOf(jobs, isGrouped), [jobs, isGrouped]);
  const chosen = jobs.find(({ id }) => id === selected);
  const room = jobRows(rows, lines.length);
  const at = lines.findIndex((row) => row.kind === "job" && row.job.id === selected);
  const first = firstShown(Math.max(0, at), lines.length, room);
  const shown = lines.slice(first, first + room);
  const hidden = hiddenText(first, lines.length, room);
  const worker = state.workers.length > 1 ? state.workers.find((one) => one.job === selected) : undefined;
  const device = worker?.id;
  const about = useMemo(
    () =>
      chosen === undefined
        ? []
        : jobLines(chosen, {
            device,
            columns: contentColumns(columns),
            rows: contentRows(rows) - room,
            spare: hidden === "" ? 0 : 1 + stringWidth(hidden),
          }),
    [chosen, device, columns, rows, room, hidden],
  );
  const roomBeside = ({ name, text }: JobLine) => contentColumns(columns) - stringWidth(name + text + hidden);
  const besideHidden = about.findLastIndex((line) => roomBeside(line) > 0);
  // Whatever is not at work has no end in sight.
  const isGoing = !state.paused && state.link.state === "open";
  const speed = useMemo(() => speedFrom(state.jobs.toReversed()), [state.jobs]);
  const until = useMemo(
    () => (isGoing ? secondsUntilDone(state.jobs, speed) : new Map<string, number>()),
    [state.jobs, isGoing, speed],
  );
  const details = shown.map((row) => (row.kind === "job" ? detailOf(row.job, until.get(row.job.id)) : ""));
  const detailColumns = Math.max(LEAST_DETAIL, ...details.map((detail) => detail.length));
  const total = useMemo(() => secondsLeftForAll(state.jobs, until), [state.jobs, until]);
  const count =
    jobs.length === state.jobs.length ? `${jobs.length}` : `${jobs.length} of ${state.jobs.length}`;
  const marks = jobs.filter(({ id }) => marked.has(id)).length;
  // What a person has just asked for comes first: the end may find no room.
  const title = [
    ...(filter === "" ? [] : [filter]),
    ...(marks > 0 ? [`${marks} marked`] : []),
    ...(note === "" ? [] : [note]),
    `Queue ${count}`,
    ...(total === undefined ? [] : [`${formatDuration(total)} left`]),
  ].join(glyphs.separator);
  return (
    <Pane title={title} isFocused={isFocused} columns={columns} rows={rows}>
      {jobs.length === 0 && (
        <Text color={theme.dim} wrap="truncate">
          {emptyText(state, keys)}
        </Text>
      )}
      {shown.map((row, y) =>
        row.kind === "group" ? (
          <Text key={`group ${row.name}`} color={theme.dim} bold wrap="truncate">
            {`${row.name === "" ? "no group" : row.name} (${row.count})`}
          </Text>
        ) : (
          <Text
            key={row.job.id}
            wrap="truncate"
            color={theme.states[row.job.status.state]}
            inverse={row.job.id === selected}
          >
            {lineOf(row.job, {
              sign: `${row.job.id === selected ? glyphs.chosen : " "}${marked.has(row.job.id) ? glyphs.mark : glyphs.states[row.job.status.state]}`,
              detail: (details[y] ?? "").padStart(detailColumns),
              columns: contentColumns(columns),
            })}
          </Text>
        ),
      )}
      {about.map(({ name, text }, y) => (
        <Text key={y} wrap="truncate">
          <Text color={theme.dim}>{name}</Text>
          {y === besideHidden ? text + " ".repeat(roomBeside({ name, text })) + hidden : text}
        </Text>
      ))}
    </Pane>
  );
}

/** Of a job's state and how long it still takes, so that titles stand in a column. */
const LEAST_DETAIL = 9;
const ID_LETTERS = 4;
/** Of the rows, at least so many are for what is said of the chosen job. */
const ABOUT = 1 / 4;

/** Rows for so many jobs; where there are some, others are left for what is said of the chosen one. */
function jobRows(rows: number, count: number): number {
  const room = contentRows(rows);
  const about = room >= 5 ? Math.max(1, Math.floor(room * ABOUT)) : 0;
  return Math.min(room - about, count);
}

function emptyText({ link, jobs }: MirrorState, keys: KeyMap): string {
  const [[make], [start]] = [keys.newJob, keys.startDaemon];
  if (jobs.length > 0) return "no job has these letters";
  if (link.state === "open") return make === undefined ? "nothing yet" : `nothing yet: ${make} makes a job`;
  if (link.state !== "lost" || link.wasOpen || link.reason !== NO_DAEMON) return "waiting for the daemon";
  return start === undefined ? "no daemon: atelier up starts one" : `no daemon: ${start} starts one`;
}

/** The job of a row of the pane, counted from its first; for the mouse. */
export function jobAtRow(
  jobs: readonly Job[],
  { isGrouped, selected, rows }: { isGrouped: boolean; selected: string | undefined; rows: number },
  row: number,
): Job | undefined {
  const lines = rowsOf(jobs, isGrouped);
  const room = jobRows(rows, lines.length);
  if (row < 0 || row >= room) return undefined;
  const at = lines.findIndex((one) => one.kind === "job" && one.job.id === selected);
  const found = lines[firstShown(Math.max(0, at), lines.length, room) + row];
  return found?.kind === "job" ? found.job : undefined;
}

/** Of a grouped list the jobs of a group stand together. */
function rowsOf(jobs: readonly Job[], isGrouped: boolean): Row[] {
  const rows = (of: readonly Job[]) => of.map((job): Row => ({ kind: "job", job }));
  if (!isGrouped) return rows(jobs);
  return [...Map.groupBy(jobs, ({ group }) => group)].flatMap(([name, members]) => [
    { kind: "group", name, count: members.length },
    ...rows(members),
  ]);
}

/** Sign, state, how far, how long still, title and, at the right edge where there is room, the beginning of the id. */
function lineOf(
  { id, priority, recipe }: Job,
  { sign, detail, columns }: { sign: string; detail: string; columns: number },
): string {
  const rank = priority === 0 ? "" : `${priority > 0 ? "+" : ""}${priority} `;
  const begin = `${sign} ${detail} ${rank}`;
  const line = begin + titleOf(recipe, Math.max(1, columns - stringWidth(begin)));
  const room = columns - stringWidth(line) - ID_LETTERS;
  return room < 1 ? line : line + " ".repeat(room) + id.slice(0, ID_LETTERS);
}

/** How far it is and how long until it is done. */
function detailOf(job: Job, until: number | undefined): string {
  const percent = percentOf(job).replace(" ", "");
  switch (job.status.state) {
    case "running":
      return `${percent}${until === undefined ? "" : ` ${formatDuration(until)}`}`;
    case "paused":
      return `paused ${percent}`;
    case "queued":
      return until === undefined ? stateText(job) : `in ${formatDuration(until)}`;
    case "done":
      return job.status.problem === null ? stateText(job) : `${stateText(job)} !`;
    case "failed":
    case "cancelled":
      return stateText(job);
  }
}
