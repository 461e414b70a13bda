import { expect, test } from "vitest";
import type { Job } from "../../../shared/jobs.ts";
import { jobAtRow } from "../../../tui/app/parts/queue-pane.tsx";

test("a click in a grouped queue finds the job below its group's row, however many groups there are", () => {
  let looks = 0;
  const jobs = Array.from({ length: 300 }, (_, i) => ({
    id: `job${i}`,
    get group() {
      looks++;
      return `group${Math.floor(i / 2)}`;
    },
  })) as unknown as Job[];
  const at = (row: number) => jobAtRow(jobs, { isGrouped: true, selected: "job0", rows: 20 }, row)?.id;
  expect([0, 1, 2, 3, 4].map(at)).toEqual([undefined, "job0", "job1", undefined, "job2"]);
  expect(looks).toBeLessThan(10 * jobs.length);
});
