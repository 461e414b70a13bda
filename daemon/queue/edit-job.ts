import { recipeAfter } from "../../shared/controls.ts";
import type { Job } from "../../shared/jobs.ts";
import type { Params } from "../../shared/requests.ts";
import type { Admission } from "./admission.ts";
import type { JobBook } from "./job-book.ts";
import { RefusedError } from "./refused-error.ts";
import type { Succession } from "./succession.ts";

/** What an edit goes through. */
interface Desk {
  readonly book: JobBook;
  readonly admission: Admission;
  readonly succession: Succession;
  readonly isAtWork: (job: string) => boolean;
}

/** Makes a job that has not begun another one in its place; refuses what could not have been added. */
export async function editJob(
  { job: prefix, recipe, timeline, ...place }: Params<"edit">,
  { book, admission, succession, isAtWork }: Desk,
): Promise<Job> {
  const refuseIfBegun = () => {
    const { job } = book.findUnfinished(prefix);
    if (job.progress !== null || isAtWork(job.id))
      throw new RefusedError("refused", `job ${job.id} has begun; change its controls, or branch from it`);
    return job;
  };
  const predecessors = ({ id, after }: Job) =>
    place.after === undefined ? after : succession.predecessors(place.after, id);
  const before = refuseIfBegun();
  predecessors(before);
  const { out = before.out, group = before.group } = place;
  const wanted = timeline ?? book.store.timelines.of(before.id);
  return await admission.admit({ recipe, timeline: wanted, out }, (admitted) => {
    // Looked at again: it may have begun while the pictures were read.
    const after = predecessors(refuseIfBegun());
    if (admitted.out !== before.out) book.refuseTakenOut(admitted.out);
    // A change may have come meanwhile, of what there is no longer.
    if (timeline === null) recipeAfter(admitted.recipe, book.store.timelines.of(before.id));
    return book.update(before.id, { ...admitted, group, after }, () => {
      if (timeline !== null) book.store.timelines.replace(before.id, timeline);
      // What a change took the place of was checked against another recipe: no undo must bring it back.
      else book.store.timelines.settle(before.id);
    });
  });
}
