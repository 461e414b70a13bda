import { sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { recipeAfter, type TimelineEntry } from "../../shared/controls.ts";
import { UserError } from "../../shared/errors.ts";
import type { JobPlan } from "../../shared/jobs.ts";
import { mapReferences, type Recipe, referencesOf } from "../../shared/recipe.ts";
import type { Result } from "../../shared/requests.ts";
import { type Place, roomOn } from "../devices/room.ts";
import { memoryModelOf } from "../engine/choice.ts";
import { Gate } from "../gate.ts";
import { checkOutputName } from "../image/encode.ts";
import { fit } from "../image/source.ts";
import { isFitting, type MemoryNeed, memoryNeed, refuseUnlessFitting } from "../style/memory.ts";
import { openPictures, type Pictures, refuseOverInputs } from "../style/pictures.ts";
import { stagesOf } from "../style/schedule.ts";
import { pathFrom } from "./client-path.ts";
import type { PictureStore } from "./picture-store.ts";

/** Pictures are decoded for so many jobs at once: each may hold a large file in memory. */
const AT_ONCE = 2;

/** In the usual file systems. */
const MOST_NAME_BYTES = 255;

const CPU: Place = { device: { engine: "onnx", kind: "cpu" }, worker: null };

interface Wanted {
  readonly recipe: Recipe;
  readonly timeline: readonly TimelineEntry[];
  readonly out: string | null;
}

export interface Admitted {
  readonly recipe: Recipe;
  readonly plan: JobPlan;
  readonly out: string | null;
}

/** Where a job's picture is to be copied to. Throws a UserError where it cannot be. */
export async function checkOut(sent: string | null, recipe: Recipe): Promise<string | null> {
  if (sent === null) return null;
  const out = pathFrom(sent);
  if (out.split(sep).some((name) => Buffer.byteLength(name) > MOST_NAME_BYTES))
    throw new UserError(`${out}: longer than the ${MOST_NAME_BYTES} bytes that a name may have; shorten it`);
  if (checkOutputName(out) !== ".png")
    throw new UserError(`${out}: jobs write .png, which carries the recipe and its timeline`);
  await refuseOverInputs(out, recipe);
  return out;
}

/** Checks all that can be known before a job runs, and keeps its pictures. */
export class Admission {
  readonly #pictures: PictureStore;
  readonly #places: () => Promise<readonly Place[]>;
  readonly #gate = new Gate(AT_ONCE);

  /** `places` are those that a job may come to run on. */
  constructor(pictures: PictureStore, places: () => Promise<readonly Place[]>) {
    this.#pictures = pictures;
    this.#places = places;
  }

  /**
   * What `enter` makes of a job that may be queued; its pictures are there until it has. Throws a UserError where a
   * picture is no good, the size fits into no device's memory, or a change is out of range.
   */
  async admit<T>({ recipe, timeline, ...wanted }: Wanted, enter: (admitted: Admitted) => T): Promise<T> {
    const out = await checkOut(wanted.out, recipe);
    // A turn for everyone else: a timeline of thousands took a while to read.
    await setImmediate();
    recipeAfter(recipe, timeline);
    return await this.#gate.through(async () => await this.#take(recipe, out, enter));
  }

  async #take<T>(recipe: Recipe, out: string | null, enter: (admitted: Admitted) => T): Promise<T> {
    const claimed: string[] = [];
    try {
      const kept = await mapReferences(recipe, async (reference) => {
        const known = await this.#pictures.keep(reference);
        claimed.push(known.sha256);
        return known;
      });
      const pictures = await openPictures(kept, ({ sha256 = "" }) => this.#pictures.pathOf(sha256));
      const plan = planFor(kept, pictures);
      refuseUnlessFitting(plan, await this.#memoryNeed(kept, plan));
      return enter({ recipe: kept, plan, out });
    } finally {
      this.#pictures.release(claimed);
    }
  }

  /** What a recipe would take. Nothing is kept. Throws a UserError where a picture is no good. */
  async estimate(recipe: Recipe): Promise<Result<"estimate">> {
    return await this.#gate.through(async () => await this.#estimate(recipe));
  }

  async #estimate(recipe: Recipe): Promise<Result<"estimate">> {
    const kept = new Set<string>();
    for (const { sha256 } of referencesOf(recipe))
      if (sha256 !== undefined && (await this.#pictures.has(sha256))) kept.add(sha256);
    const pictures = await openPictures(recipe, ({ file, sha256 }) =>
      sha256 !== undefined && kept.has(sha256) ? this.#pictures.pathOf(sha256) : pathFrom(file),
    );
    const plan = planFor(recipe, pictures);
    return { plan, ...(await this.#memoryNeed(recipe, plan)) };
  }

  /** On the first device that the job fits on, else on the first one; the CPU stands for a device not found yet. */
  async #memoryNeed(recipe: Recipe, plan: JobPlan): Promise<MemoryNeed> {
    const places = await this.#places();
    let first: MemoryNeed | undefined;
    for (const { device, worker } of places.length > 0 ? places : [CPU]) {
      const need = memoryNeed(memoryModelOf(device), recipe, plan, await roomOn(device, worker));
      if (isFitting(plan, need)) return need;
      first ??= need;
    }
    return first as MemoryNeed;
  }
}

function planFor({ schedule }: Recipe, { content, styles }: Pictures): JobPlan {
  return {
    ...fit(content, schedule.size),
    stages: stagesOf(schedule, content),
    styles: styles.map(({ width, height }) => ({ width, height })),
  };
}
