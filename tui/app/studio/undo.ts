import { isFinished, type Job } from "../../../shared/jobs.ts";
import { describeChanges } from "../../terminal/job-text.ts";
import { type JobDetail, NO_DETAIL } from "../job-detail.ts";

/** An undo that costs a running job no more than this is done unasked. */
const UNASKED_ITERATIONS = 50;

/** What is asked before a job's last change is undone: that deletes all that came after. Undefined where little did. */
export function undoQuestion(job: Job, detail: JobDetail): string | undefined {
  if (detail === NO_DETAIL) return `undo the last change of ${job.id}`;
  const { lastChange: change } = detail;
  if (change === null) return undefined;
  const hasEnded = isFinished(job);
  const goesTo = hasEnded ? checkpointBefore(change.iteration, detail) : change.iteration;
  const lost = Math.max(0, (job.progress?.iteration ?? 0) - goesTo);
  if (!hasEnded && lost <= UNASKED_ITERATIONS) return undefined;
  const changes = Object.keys(change.changes).length;
  const what = changes === 1 ? describeChanges(change.changes) : `${changes} changes`;
  const since = `the ${lost} iteration${lost === 1 ? "" : "s"} since`;
  return `undo ${what} and ${since}${hasEnded ? ", run again" : ""}`;
}

/** What an undo goes back to where the checkpoint of the change itself may be gone. */
function checkpointBefore(iteration: number, { checkpoints }: JobDetail): number {
  return checkpoints.findLast((one) => one.iteration <= iteration)?.iteration ?? 0;
}
