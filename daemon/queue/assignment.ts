import type { Job } from "../../shared/jobs.ts";
import { referencesOf } from "../../shared/recipe.ts";
import type { Assignment } from "../worker/messages.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";
import type { CheckpointRow, Store } from "./store.ts";

/** What a worker is told of a job, and what it goes on from. */
export function assignmentOf(
  { id, recipe }: Job,
  from: CheckpointRow | undefined,
  { store, layout, pictures }: { store: Store; layout: HomeLayout; pictures: PictureStore },
  checkpointSeconds: number,
): Assignment {
  return {
    job: id,
    recipe,
    timeline: store.timelines.of(id),
    pictures: Object.fromEntries(
      referencesOf(recipe).map(({ sha256 = "" }) => [sha256, pictures.pathOf(sha256)]),
    ),
    folder: layout.jobFolder(id),
    from: from === undefined ? null : { picture: from.picture, state: from.state, progress: from.progress },
    checkpointSeconds,
  };
}
