import type { TermName } from "../../../shared/terms.ts";
import type { Network } from "../../network/network.ts";
import type { Engine, EngineOptions, Evaluator, ObjectivePlan, Planes, Target } from "../engine.ts";
import { DeviceEvaluator } from "./device-evaluator.ts";
import { HostEvaluator } from "./host-evaluator.ts";
import { hasVectorsOnHost, memoryModel } from "./memory.ts";
import { GraphBuilder } from "./model.ts";
import { names, targetGraph } from "./objective-graph.ts";
import { PROVIDERS, type Provider } from "./provider.ts";
import { ort } from "./runtime.ts";
import { createSession, deviceError } from "./session.ts";
import { pictureTensor } from "./tensors.ts";

/**
 * ONNX Runtime on one of its providers. One static graph per objective and size; optimiser vectors where
 * `hasVectorsOnHost` says.
 */
export async function openOnnxEngine(
  network: Network,
  { kind = "cpu", index = 0, threads }: EngineOptions,
): Promise<Engine<unknown>> {
  const provider = PROVIDERS[kind](index, threads);
  if (provider.dialect === "gpu") await prove(provider);
  return {
    id: "onnx",
    device: provider.device,
    describe: async (picture, wanted) => await describe(network, picture, wanted, provider),
    prepare: async (plan, size): Promise<Evaluator<unknown>> =>
      hasVectorsOnHost(kind)
        ? await HostEvaluator.create(network, plan, size, provider)
        : await DeviceEvaluator.create(network, plan, size, provider),
    ...memoryModel(kind),
  };
}

/** Runs the smallest of graphs, so that a device that does not work is known before it is given work. */
async function prove(provider: Provider): Promise<void> {
  const graph = new GraphBuilder();
  graph.output("y", graph.node("Relu", [graph.input("x", [1])]), [1]);
  const session = await createSession(graph.encode(), provider);
  try {
    await session.run({ x: new ort.Tensor("float32", new Float32Array(1), [1]) });
  } catch (error) {
    throw deviceError(provider.kind, error);
  } finally {
    await session.release();
  }
}

async function describe(
  network: Network,
  picture: Planes,
  wanted: Pick<ObjectivePlan, "pool" | "contentLayers" | "styleLayers">,
  provider: Provider,
): Promise<Map<TermName, Target>> {
  const { encoded, shapes } = targetGraph(network, wanted, picture);
  if (shapes.size === 0) return new Map();
  const session = await createSession(encoded, provider);
  try {
    const results = await session.run({ [names.picture]: pictureTensor(picture.data, picture) });
    return new Map(
      [...shapes].map(([term, shape]) => {
        const data = results[names.target(term)]?.data as Float32Array;
        return [term as TermName, { shape, data }];
      }),
    );
  } finally {
    await session.release();
  }
}
