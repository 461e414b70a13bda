import { basename } from "node:path";
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import type { ControlValues } from "../../shared/controls.ts";
import { fractionDone, secondsLeft } from "../../shared/estimate.ts";
import { isFinished, iterationsOf, type Job, type JobStateName } from "../../shared/jobs.ts";
import { plainText } from "../../shared/plain-text.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { formatDuration, formatNumber, paintOut } from "./print.ts";

/** Names of the terminal's own colours. What waits has that of its text: white is lost on white. */
export const STATE_COLOURS = {
  queued: "reset",
  running: "cyan",
  paused: "yellow",
  done: "green",
  failed: "red",
  cancelled: "gray",
} as const satisfies Record<JobStateName, string>;

const TIMES = " × ";
/** Columns of a photo's name that it keeps, unless the paintings had fewer then. */
const LEAST_PHOTO = 4;

/** `photo × painting + other`, or `pho… × paint…` in so many columns. */
export function titleOf({ content, styles }: Recipe, columns = Number.POSITIVE_INFINITY): string {
  const [photo, paintings] = [pictureName(content), styles.map(pictureName).join(" + ")];
  const room = columns - TIMES.length;
  if (stringWidth(photo) + stringWidth(paintings) <= room) return photo + TIMES + paintings;
  // Jobs of a series differ in their paintings, or in their photos: something of both is always there.
  const least = Math.max(Math.floor(room / 3), Math.min(LEAST_PHOTO, Math.floor(room / 2)), 1);
  const photoColumns = Math.max(least, room - stringWidth(paintings));
  const shortPhoto = cliTruncate(photo, photoColumns);
  return shortPhoto + TIMES + cliTruncate(paintings, Math.max(1, room - stringWidth(shortPhoto)));
}

export function pictureName({ file }: { readonly file: string }): string {
  // A recipe from elsewhere must not write to the terminal.
  return plainText(basename(file).replace(/\.[^.]+$/, ""));
}

/** `style = 2, tv = 0.001`; without any, what an undo or a branch leaves, which go on from a picture alone. */
export function describeChanges(changes: ControlValues): string {
  const all = Object.entries(changes).map(([name, value]) => `${name} = ${formatNumber(value)}`);
  return all.length === 0 ? "the optimiser begins afresh" : all.join(", ");
}

/** What a person wants to know of a job's state, in a few words. */
export function stateText({ status, progress }: Job): string {
  switch (status.state) {
    case "queued":
      return status.held ? "held" : progress === null ? "queued" : "waiting";
    case "paused":
    case "running":
    case "done":
    case "failed":
    case "cancelled":
      return status.state;
  }
}

export function percentOf(job: Job): string {
  return `${Math.floor(100 * fractionDone(job))} %`;
}

/** Why a job is as it is, where there is a reason. */
export function reasonOf({ status }: Job): string | undefined {
  if (status.state === "failed" || (status.state === "paused" && status.reason !== "asked for"))
    return plainText(status.reason);
  return status.state === "done" && status.problem !== null ? plainText(status.problem) : undefined;
}

/** Why a job is done before its last iteration; undefined for any other. */
export function earlyEndOf({ status, plan, progress }: Job): string | undefined {
  const all = iterationsOf(plan);
  return status.state === "done" && progress !== null && progress.iteration < all
    ? `converged after ${progress.iteration} of ${all} iterations`
    : undefined;
}

/** A job's state, or for a queued one the unfinished jobs before it, by the beginnings of their ids. */
function placeText(job: Job, unfinished: ReadonlySet<string>): string {
  const [first, ...others] = job.after.filter((id) => unfinished.has(id));
  const state = stateText(job);
  if (state !== "queued" || first === undefined) return state;
  return `after ${first.slice(0, 4)}${others.length === 0 ? "" : ` +${others.length}`}`;
}

/** Jobs as a table: the queue's order, time left from `speed` (seconds per unit of work). */
export function jobTable(jobs: readonly Job[], speed: number | undefined, columns: number): string[] {
  const unfinished = new Set(jobs.filter((job) => !isFinished(job)).map(({ id }) => id));
  const rows = jobs.map((job) => {
    const isWaiting = job.status.state === "queued" || job.status.state === "running";
    const left = isWaiting ? secondsLeft(job, speed) : undefined;
    return {
      job,
      cells: [
        job.id,
        placeText(job, unfinished),
        job.progress === null && job.status.state !== "done" ? "" : percentOf(job),
        left === undefined ? "" : formatDuration(left),
        job.progress === null ? "" : formatNumber(job.progress.loss),
        `${job.plan.width}×${job.plan.height}`,
        titleOf(job.recipe) + (job.group === "" ? "" : ` [${job.group}]`) + (reasonOf(job) ? " !" : ""),
      ],
    };
  });
  const head = ["ID", "STATE", "DONE", "LEFT", "LOSS", "SIZE", "PICTURE"];
  const widths = head.map((name, i) =>
    Math.max(stringWidth(name), ...rows.map(({ cells }) => stringWidth(cells[i] ?? ""))),
  );
  const line = (cells: readonly string[], colour?: (text: string) => string) => {
    const padded = cells.map((cell, i) =>
      i === cells.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - stringWidth(cell)),
    );
    const text = cliTruncate(padded.join("  "), columns);
    return colour === undefined ? text : colour(text);
  };
  return [
    line(head, (text) => paintOut("dim", text)),
    ...rows.map(({ job, cells }) => line(cells, (text) => paintOut(STATE_COLOURS[job.status.state], text))),
  ];
}
