import type { Job } from "../../shared/jobs.ts";
import { smallRecipe } from "./recipes.ts";

/** A job that nothing was done on, but for what is said otherwise. */
export function jobOf(id: string, change: Partial<Job> = {}): Job {
  return {
    id,
    recipe: smallRecipe({ content: "/photos/cat.png", style: "/art/waves.png" }),
    group: "",
    priority: 0,
    position: 0,
    after: [],
    out: null,
    created: 0,
    status: { state: "queued", held: false },
    plan: { width: 32, height: 32, stages: [{ size: 32, iterations: 3 }], styles: [] },
    progress: null,
    stalls: 0,
    branchedFrom: null,
    ...change,
  };
}
