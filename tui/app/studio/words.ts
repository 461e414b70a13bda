import type { Job } from "../../../shared/jobs.ts";
import { VERBS, type VerbName } from "../../../shared/verbs.ts";
import type { Words } from "../hints.ts";

/** What there is nothing for, and nowhere to come back to. */
const WITHOUT_JOB: Words = { full: "", flip: "", openTimeline: "", compare: "", undo: "", back: "" };

/** What keys do to these jobs as they are, and to the screen, where that is not what the table of keys says. */
export function studioWords(jobs: readonly Job[], isFull: boolean): Words {
  const full = isFull ? { full: "all parts" } : {};
  if (jobs.length === 0) return { ...WITHOUT_JOB, ...full };
  const isOf = (verb: VerbName) => jobs.some(VERBS[verb].applies);
  return {
    ...(!isOf("pause") && { pause: isOf("resume") ? "go on" : "" }),
    ...(!isOf("cancel") && { cancel: "" }),
    ...(isOf("retry") && { retry: "retry" }),
    ...(jobs.every(({ progress }) => progress === null) && { export: "" }),
    ...full,
  };
}
