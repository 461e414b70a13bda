import {
  type Control,
  controlsOf,
  presentRecipe,
  stepControl,
  type TimelineEntry,
} from "../../../shared/controls.ts";
import { isFinished, type Job } from "../../../shared/jobs.ts";
import { isWithin, rangeText } from "../../../shared/limits.ts";
import { letterOf } from "../key-names.ts";
import { actionFor } from "../keys.ts";
import { EMPTY_LINE, editLine, insert, type Line } from "../line-edit.ts";
import type { Shell } from "../shell.ts";
import {
  chosenDetail,
  chosenJob,
  type Handlers,
  NONE,
  pendingOf,
  type StudioContext,
  withPending,
} from "./state.ts";

const FAR = 10;

/** The controls of a job as they are at present. */
export function presentControls(
  job: Pick<Job, "recipe" | "progress">,
  timeline: readonly TimelineEntry[],
): Control[] {
  return controlsOf(presentRecipe(job, timeline));
}

interface Chosen {
  readonly job: Job;
  readonly control: Control;
  /** In the recipe. */
  readonly origin: number;
}

function chosenControl(context: StudioContext): Chosen | undefined {
  const job = chosenJob(context);
  if (job === undefined) return undefined;
  const at = context.studio.current.control;
  const control = presentControls(job, chosenDetail(context).timeline)[at];
  const origin = controlsOf(job.recipe)[at]?.value ?? 0;
  return control === undefined ? undefined : { job, control, origin };
}

/** What the keys of the controls do. */
export function controlsHandlers(context: StudioContext): Handlers {
  const { shell, studio } = context;
  const drop = (job: Job) => studio.update({ pending: withPending(studio.current, job.id, {}) });
  const turnTo = (next: (present: Control, origin: number) => number) => {
    const chosen = chosenControl(context);
    if (chosen === undefined) return;
    const { job, control, origin } = chosen;
    const present = { ...control, value: pendingOf(studio.current, job.id)[control.name] ?? control.value };
    setControl(context, job, control, next(present, origin));
  };
  return {
    controlUp: () => studio.update({ control: Math.max(0, studio.current.control - 1) }),
    controlDown: () => {
      const job = chosenJob(context);
      const last = job === undefined ? 0 : controlsOf(job.recipe).length - 1;
      studio.update({ control: Math.min(last, studio.current.control + 1) });
    },
    less: () => turnTo((control, origin) => stepControl(control, -1, origin)),
    more: () => turnTo((control, origin) => stepControl(control, 1, origin)),
    muchLess: () => turnTo((control, origin) => stepControl(control, -FAR, origin)),
    muchMore: () => turnTo((control, origin) => stepControl(control, FAR, origin)),
    typeValue: () => typeLine(context, EMPTY_LINE),
    takeValue: () => endTyping(context, typedValue(context)),
    dropValue: () => studio.update({ typed: undefined }),
    off: () =>
      turnTo(({ name, value }, origin) => {
        if (value !== 0) return 0;
        const inEffect = chosenControl(context)?.control.value ?? 0;
        // Of what it was changed to, the last that was not 0.
        const { timeline } = chosenDetail(context);
        const before = timeline.findLast(({ changes }) => (changes[name] ?? 0) !== 0)?.changes[name];
        return inEffect || (before ?? origin) || 1;
      }),
    live: () => {
      const isLive = !studio.current.isLive;
      studio.update({ isLive });
      shell.tell("done", isLive ? "controls take effect at once" : "controls wait for enter");
    },
    discard: () => {
      const job = chosenJob(context);
      if (job === undefined || pendingOf(studio.current, job.id) === NONE) studio.update({ isFull: false });
      else drop(job);
    },
    branchWith: () => {
      const job = chosenJob(context);
      if (job === undefined) return;
      const changes = pendingOf(studio.current, job.id);
      shell.carryOut({ kind: "branchWith", job, changes }, (isDone) => {
        // What was changed meanwhile stays.
        if (isDone && pendingOf(studio.current, job.id) === changes) drop(job);
      });
    },
    apply: () => {
      const job = chosenJob(context);
      if (job === undefined) return;
      if (pendingOf(studio.current, job.id) === NONE) return;
      const [branch] = shell.keys.branchWith;
      if (isFinished(job))
        return shell.tell(
          "failed",
          `${job.id} is ${job.status.state}${branch === undefined ? "" : `; ${branch} branches from it with these values`}`,
        );
      sendPending(context, job);
    },
  };
}

/** The value that is being typed for the chosen control. */
export function typedValue(context: StudioContext): Line | undefined {
  const { pane, typed } = context.studio.current;
  if (pane !== "controls" || typed === undefined) return undefined;
  const chosen = chosenControl(context);
  return typed.job === chosen?.job.id && typed.control === chosen.control.name ? typed.line : undefined;
}

/** Digits begin a value that is typed; enter ends it. */
export function writeControl(context: StudioContext, name: string): boolean {
  const { shell, studio } = context;
  const typed = typedValue(context);
  // What was begun for another control does not come back with it.
  if (typed === undefined && studio.current.typed !== undefined) studio.update({ typed: undefined });
  if (typed === undefined && !beginsValue(shell, name)) return false;
  if (typed !== undefined && (name === "enter" || name === "escape")) return false;
  if (["up", "down", "tab", "shift+tab"].includes(name)) {
    // Whoever goes on means it; a value that is wrong is said, and stayed with.
    if (endTyping(context, typed)) return false;
  } else if (letterOf(name) === undefined || /^[\d.e+-]$/.test(name)) {
    const next = editLine(typed ?? EMPTY_LINE, name);
    if (next === undefined) return false;
    typeLine(context, next);
  }
  return true;
}

/** Takes what was typed for the chosen control; false where it is no value of it. */
function endTyping(context: StudioContext, typed: Line | undefined): boolean {
  const { shell, studio } = context;
  const chosen = chosenControl(context);
  const text = typed?.text.trim() ?? "";
  const isPossible = chosen === undefined || text === "" || isWithin(Number(text), chosen.control);
  if (!isPossible) {
    shell.tell("failed", `${text}: expected a number from ${rangeText(chosen.control)}`);
    return false;
  }
  studio.update({ typed: undefined });
  if (chosen !== undefined && text !== "") setControl(context, chosen.job, chosen.control, Number(text));
  return true;
}

/** Pasted text goes into a value that is being typed; false where there is none. */
export function pasteInControl(context: StudioContext, text: string): boolean {
  const typed = typedValue(context);
  if (typed !== undefined) typeLine(context, insert(typed, text));
  return typed !== undefined;
}

function beginsValue({ keys }: Shell, name: string): boolean {
  return /^[\d.]$/.test(name) && actionFor(keys, name, "controls") === "typeValue";
}

function typeLine(context: StudioContext, line: Line): void {
  const chosen = chosenControl(context);
  if (chosen === undefined) return;
  context.studio.update({ typed: { job: chosen.job.id, control: chosen.control.name, line } });
}

/** Holds the value until it is applied, or sends it at once. The one that is in effect is no change. */
function setControl(
  context: StudioContext,
  job: Job,
  { name, value: inEffect }: Control,
  value: number,
): void {
  const { studio } = context;
  const { [name]: _before, ...others } = pendingOf(studio.current, job.id);
  // What is being sent may be another value of it.
  const isChange = value !== inEffect || studio.current.sending.has(job.id);
  const changes = isChange ? { ...others, [name]: value } : others;
  studio.update({ pending: withPending(studio.current, job.id, changes) });
  // Changes of one that has ended can only be a branch's.
  if (studio.current.isLive && !isFinished(job)) sendPending(context, job);
}

/**
 * Sends a job's pending changes, one request at a time: keys come faster than the daemon answers, and each of them builds
 * on what the last one made. They are shown until they are in effect.
 */
function sendPending(context: StudioContext, job: Job): void {
  const { shell, studio } = context;
  const changes = pendingOf(studio.current, job.id);
  if (changes === NONE) return;
  const isUnderway = studio.current.sending.has(job.id);
  studio.update({ sending: new Map(studio.current.sending).set(job.id, isUnderway) });
  if (isUnderway) return;
  shell.carryOut({ kind: "set", job, changes }, (isDone) => {
    const { isLive } = studio.current;
    // What was refused is not tried again and again; whoever asked for it by a key may ask again.
    const isLeft = ([name, value]: [string, number]) => (isDone ? changes[name] !== value : !isLive);
    const left = Object.entries(pendingOf(studio.current, job.id)).filter(isLeft);
    const sending = new Map(studio.current.sending);
    const hasMore = sending.get(job.id) === true;
    sending.delete(job.id);
    studio.update({ sending, pending: withPending(studio.current, job.id, Object.fromEntries(left)) });
    if (isDone && hasMore) sendPending(context, job);
  });
}
