import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { Gate } from "../../daemon/gate.ts";

test("a gate of two lets two in, the others in order when one is out, whether that went well or not", async () => {
  const gate = new Gate(2);
  const begun: number[] = [];
  let [inside, most] = [0, 0];
  const ended = await Promise.allSettled(
    Array.from({ length: 6 }, async (_, i) => {
      await gate.through(async () => {
        begun.push(i);
        most = Math.max(most, ++inside);
        await setTimeout(1);
        inside--;
        if (i < 3) throw new Error("no");
      });
    }),
  );
  expect(most).toBe(2);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(ended.map(({ status }) => status === "fulfilled")).toEqual([false, false, false, true, true, true]);
});
