import { isFinished, type Job } from "../../../shared/jobs.ts";
import { stateText } from "../../terminal/job-text.ts";
import { exportPath, filmPath, type JobDeed, objection, pauseOrResume } from "../job-deeds.ts";
import { EMPTY_LINE, editLine } from "../line-edit.ts";
import { SORTS } from "../queue-view.ts";
import { writeFiles } from "../write-files.ts";
import { chosenJob, type Handlers, markedJobs, type StudioContext, shownJobs } from "./state.ts";

const PAGE = 10;
/** What cannot be taken back. */
const DESTRUCTIVE: readonly JobDeed[] = ["cancel", "remove"];

/** What the keys of the queue do. */
export function queueHandlers(context: StudioContext): Handlers {
  const { shell, studio } = context;
  const select = (index: (at: number, last: number) => number) => {
    const jobs = shownJobs(context);
    const at = jobs.findIndex(({ id }) => id === shell.selection());
    const next = jobs[Math.min(jobs.length - 1, Math.max(0, index(at, jobs.length - 1)))];
    if (next !== undefined) shell.select(next.id);
  };
  const deed = (kind: JobDeed) => () => {
    const jobs = markedOrChosen(context);
    const [first] = jobs;
    if (first === undefined) return;
    if (!DESTRUCTIVE.includes(kind)) return shell.carryOut({ kind, jobs });
    const concerned = jobs.filter((job) => objection(kind, job) === undefined);
    const [only, ...others] = concerned;
    if (only === undefined) return shell.tell("failed", objection(kind, first) ?? "");
    const of = concerned.length < jobs.length ? ` of ${jobs.length}` : "";
    const several = jobs.length > 1 ? [`${concerned.length}${of} jobs`] : [];
    const which = [...(others.length === 0 ? [only.id] : []), ...several].join(", ");
    shell.confirm(`${kind} ${which}`, { kind, jobs });
  };
  const write = (kind: JobDeed, pathOf: (job: Job) => string) => () => {
    const jobs = markedOrChosen(context);
    if (jobs.length > 0) writeFiles(shell, { kind, jobs }, jobs.map(pathOf));
  };
  const withChosen = (use: (job: Job) => void) => () => {
    const job = chosenJob(context);
    if (job !== undefined) use(job);
  };
  return {
    up: () => select((at) => at - 1),
    down: () => select((at) => at + 1),
    first: () => select(() => 0),
    last: () => select((_, last) => last),
    pageUp: () => select((at) => at - PAGE),
    pageDown: () => select((at) => at + PAGE),
    pause: () => {
      const jobs = markedOrChosen(context);
      if (jobs.length > 0) shell.carryOut(pauseOrResume(jobs));
    },
    branch: deed("branch"),
    export: write("export", exportPath),
    film: write("film", filmPath),
    retry: deed("retry"),
    cancel: deed("cancel"),
    remove: deed("remove"),
    moveUp: deed("moveUp"),
    moveDown: deed("moveDown"),
    moveTop: deed("moveTop"),
    moveBottom: deed("moveBottom"),
    raise: deed("raise"),
    lower: deed("lower"),
    again: withChosen(({ recipe }) => shell.open({ kind: "newJob", draft: { from: "recipe", recipe } })),
    edit: withChosen((job) => {
      if (job.status.state === "queued" && job.progress === null)
        return shell.open({ kind: "newJob", draft: { from: "queued", job } });
      const [again] = shell.keys.again;
      const why = job.progress === null || isFinished(job) ? `is ${stateText(job)}` : "has started";
      const rather = again === undefined ? "" : `; ${again} makes a new job with its recipe`;
      shell.tell("failed", `${job.id} ${why}${rather}`);
    }),
    mark: withChosen(({ id }) => {
      const marked = new Set(studio.current.marked);
      if (!marked.delete(id)) marked.add(id);
      studio.update({ marked });
      select((at) => at + 1);
    }),
    markAll: () => {
      const shown = new Set(shownJobs(context).map(({ id }) => id));
      const hidden = [...studio.current.marked].filter((id) => !shown.has(id));
      studio.update({ marked: new Set(markedJobs(context).length > 0 ? hidden : [...hidden, ...shown]) });
    },
    // The list has to be seen.
    filter: () => studio.update({ isFiltering: true, isFull: false, filter: EMPTY_LINE }),
    keepFilter: () => studio.update({ isFiltering: false }),
    dropFilter: () => studio.update({ isFiltering: false, filter: EMPTY_LINE }),
    sort: () => {
      const { sort } = studio.current;
      const next = SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length] ?? "queue";
      studio.update({ sort: next });
      shell.tell("done", next === "queue" ? "in the queue's order" : `sorted by ${next}`);
    },
    group: () => studio.update({ isGrouped: !studio.current.isGrouped }),
    clear: () =>
      studio.update(studio.current.isFull ? { isFull: false } : { marked: new Set(), filter: EMPTY_LINE }),
  };
}

/** Letters of the filter while it is written. */
export function writeFilter({ studio }: StudioContext, name: string): boolean {
  const { isFiltering, filter } = studio.current;
  const next = isFiltering ? editLine(filter, name) : undefined;
  if (next !== undefined) studio.update({ filter: next });
  return next !== undefined;
}

/** The marked jobs in their order, or the chosen one. */
export function markedOrChosen(context: StudioContext): Job[] {
  const marked = markedJobs(context);
  const chosen = chosenJob(context);
  return marked.length > 0 ? marked : chosen === undefined ? [] : [chosen];
}
