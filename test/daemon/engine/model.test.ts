import { expect, test } from "vitest";
import { GraphBuilder } from "../../../daemon/engine/onnx/model.ts";
import { PROVIDERS } from "../../../daemon/engine/onnx/provider.ts";
import { openSession } from "../../../daemon/engine/onnx/session.ts";

test("an output that is used further is computed once and not copied; one with two names, or an input's, is", async () => {
  const graph = new GraphBuilder();
  const input = graph.input("x", [3]);
  const doubled = graph.node("Add", [input, input]);
  graph.output("doubled", doubled, [3]);
  graph.output("squared", graph.node("Mul", [doubled, doubled]), [3]);
  const copies = () => Buffer.from(graph.encode().model).toString("latin1").split("Identity").length - 1;
  expect(copies()).toBe(0);
  graph.output("same", input, [3]);
  graph.output("again", doubled, [3]);
  expect(copies()).toBe(2);

  const session = await openSession(graph.encode(), PROVIDERS.cpu(0), "once");
  const results = await session.run({ x: { data: Float32Array.of(1, 2, 3), dims: [3] } });
  expect([...results.numbers("doubled")]).toEqual([2, 4, 6]);
  expect([...results.numbers("squared")]).toEqual([4, 16, 36]);
  expect([...results.numbers("same")]).toEqual([1, 2, 3]);
  expect([...results.numbers("again")]).toEqual([2, 4, 6]);
  await session.release();
});
