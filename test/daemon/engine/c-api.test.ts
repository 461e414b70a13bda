import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Blocks } from "../../../daemon/engine/onnx/c-api/blocks.ts";
import { GraphBuilder } from "../../../daemon/engine/onnx/model.ts";
import { engineOn } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { openSession } from "../../../daemon/engine/onnx/session.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import type { Objective } from "../../../shared/objective.ts";
import { CountedMemory, cpuThroughCApi, hasCApi } from "../../support/c-api.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const ONE = { data: Float32Array.of(1), dims: [1] };

/** x + y of one number each. */
function addition() {
  const graph = new GraphBuilder();
  const sum = graph.node("Add", [graph.input("x", [1]), graph.input("y", [1])]);
  graph.output("sum", sum, [1]);
  return graph.encode();
}

let files: { content: string; style: string };

beforeAll(async () => {
  files = await smallPictures(folder);
});

describe.skipIf(!hasCApi)("sessions through the runtime's C API", () => {
  test("the library stays loaded when all else is collected", () => {
    // In a process of its own, where the binding for Node does not hold it.
    const at = (file: string) =>
      JSON.stringify(join(import.meta.dirname, "../../../daemon/engine/onnx", file));
    const script = `
      import { cApi, made } from ${at("c-api/functions.ts")};
      cApi();
      for (let i = 0; i < 3; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve));
      }
      made((out) => cApi().createSessionOptions(out));
      process.stdout.write("works");`;
    const options = ["--expose-gc", "--input-type=module", "-e", script];
    expect(execFileSync(process.execPath, options, { encoding: "utf8" })).toBe("works");
  });

  test("what the runtime finds wrong is what the error says", async () => {
    const broken = { ...addition(), model: Buffer.from("no model") };
    await expect(openSession(broken, cpuThroughCApi(), "once")).rejects.toThrow(/protobuf/i);
    const memory = new CountedMemory();
    const session = await openSession(addition(), cpuThroughCApi({ memory }), "once", ["sum"]);
    const two = { data: Float32Array.of(1, 2), dims: [2] };
    await expect(session.run({ x: ONE, y: two })).rejects.toThrow(/y.*Got: 2 Expected: 1/s);
    // The tensor for the result is free again, and the session works.
    await session.run({ x: ONE, y: ONE });
    expect(memory.taken).toBe(1);
    await session.release();
  });

  test.each([false, true])(
    "(recorded: %s) many iterations hold no more memory than some, and the end holds none",
    async (isRecorded) => {
      const memory = new CountedMemory();
      const transfer = await transferOn(memory, isRecorded);
      const taken: number[] = [];
      for await (const { iteration } of transfer.run()) if (iteration > 15) taken.push(memory.taken);
      expect(new Set(taken).size).toBe(1);
      expect(memory.held).toBeGreaterThan(20);
      await transfer.dispose();
      expect(memory.held).toBe(0);
    },
  );

  test.each([false, true])(
    "(recorded: %s) memory that runs out in the midst of work is all free afterwards",
    async (isRecorded) => {
      const memory = new CountedMemory(isRecorded ? 30 : 20);
      for (let job = 0; job < 2; job++) {
        const transfer = await transferOn(memory, isRecorded);
        let done = 0;
        const run = async () => {
          for await (const { iteration } of transfer.run()) done = iteration;
        };
        await expect(run()).rejects.toThrow(/out of memory/);
        await transfer.dispose();
        expect(memory.held).toBe(0);
        expect(done).toBeGreaterThan(2);
      }
    },
  );

  test("an evaluation that is recorded gives the same bits, under changes too", async () => {
    const [plain, recorded] = await Promise.all(
      [false, true].map(async (isRecorded) => {
        const transfer = await transferOn(new CountedMemory(), isRecorded);
        const losses: number[] = [];
        for await (const { iteration, loss } of transfer.run()) {
          losses.push(loss.total);
          if (iteration === 5) transfer.change({ style: 3 });
          if (iteration === 12) break;
        }
        await transfer.dispose();
        return losses;
      }),
    );
    expect(recorded).toEqual(plain);
    expect(new Set(plain).size).toBeGreaterThan(8);
  });

  test("whoever waits has a turn while a picture is made", async () => {
    const transfer = await transferOn(new CountedMemory());
    let done = 0;
    let turnAfter = Number.POSITIVE_INFINITY;
    for await (const { iteration } of transfer.run()) {
      done = iteration;
      if (iteration === 1) setTimeout(() => (turnAfter = done));
    }
    await transfer.dispose();
    expect(turnAfter).toBeLessThan(5);
  });
});

async function transferOn(memory: CountedMemory, isRecorded = false): Promise<Transfer<unknown>> {
  const pictures = {
    content: await openPicture(files.content),
    styles: [await openPicture(files.style)],
    init: undefined,
  };
  const engine = engineOn(cpuThroughCApi({ memory, isRecorded }), untrainedNetwork(0));
  const { objective } = smallRecipe(files);
  // Deeper layers cost time to open and are memory like any other.
  const shallow: Objective = { ...objective, content: { conv2_1: 1 }, style: { conv1_1: 1, conv2_1: 1 } };
  return new Transfer(engine, smallRecipe(files, { size: 24, iterations: 40, objective: shallow }), pictures);
}

test("a device that is full gets back what no tensor holds before anything fails", () => {
  const memory = new CountedMemory(2);
  const blocks = new Blocks(memory);
  const [first, second] = [blocks.take(8), blocks.take(8)];
  blocks.giveBack(first, 8);
  expect(blocks.take(8)).toBe(first);
  blocks.giveBack(first, 8);
  const larger = blocks.take(16);
  expect(memory.held).toBe(2);
  expect(() => blocks.take(32)).toThrow("out of memory");
  blocks.giveBack(second, 8);
  blocks.giveBack(larger, 16);
  blocks.trim();
  expect(memory.held).toBe(0);
});
