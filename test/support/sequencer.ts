import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";
import { computingPlace } from "./computing.ts";

/** So many others between two of these. */
const BETWEEN = 5;
/** Small files that wait for long: at the end they would wait alone. */
const WAITING = /(throttled-link|disk-full|kill-storm|bad-links)\.test\.ts$/;

/** Begins with the largest files, as vitest does, and what waits, but never with two at once that need both cores. */
export class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line no-array-sort -- it is not an array's
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification) => computingPlace(moduleId);
    const computing = sorted
      .filter((file) => placeOf(file) !== undefined)
      .toSorted((a, b) => (placeOf(a) ?? 0) - (placeOf(b) ?? 0));
    const others = sorted
      .filter((file) => placeOf(file) === undefined)
      .toSorted((a, b) => Number(WAITING.test(b.moduleId)) - Number(WAITING.test(a.moduleId)));
    return [
      ...computing.flatMap((file, i) => [file, ...others.slice(i * BETWEEN, (i + 1) * BETWEEN)]),
      ...others.slice(computing.length * BETWEEN),
    ];
  }
}
