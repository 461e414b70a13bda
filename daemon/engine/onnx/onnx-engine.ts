import type { TermName } from "../../../shared/terms.ts";
import type { Planes } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { Engine, EngineOptions, Evaluator, ObjectivePlan, Target } from "../engine.ts";
import { DeviceEvaluator } from "./device-evaluator.ts";
import { HostEvaluator } from "./host-evaluator.ts";
import { memoryModel } from "./memory.ts";
import { GraphBuilder } from "./model.ts";
import { names, targetGraph } from "./objective-graph.ts";
import { PROVIDERS, type Provider } from "./provider.ts";
import { deviceError, openSession } from "./session.ts";
import { pictureTensor } from "./tensors.ts";

/**
 * ONNX Runtime on one of its providers. One static graph per objective and size; optimiser vectors are in the device's
 * memory.
 */
export async function openOnnxEngine(
  network: Network,
  { kind = "cpu", index = 0, threads }: EngineOptions,
): Promise<Engine<unknown>> {
  const provider = PROVIDERS[kind](index, threads);
  if (provider.dialect !== "cpu") await prove(provider);
  return engineOn(provider, network);
}

export function engineOn(provider: Provider, network: Network): Engine<unknown> {
  return {
    id: "onnx",
    device: provider.device,
    describe: async (picture, wanted) => await describe(network, picture, wanted, provider),
    prepare: async (plan, size): Promise<Evaluator<unknown>> =>
      provider.dialect === "cpu"
        ? await HostEvaluator.create(network, plan, size, provider)
        : await DeviceEvaluator.create(network, plan, size, provider),
    ...memoryModel(provider.kind),
  };
}

/** Runs the smallest of graphs, so that a device that does not work is known before it is given work. */
async function prove(provider: Provider): Promise<void> {
  const graph = new GraphBuilder();
  graph.output("y", graph.node("Relu", [graph.input("x", [1])]), [1]);
  const session = await openSession(graph.encode(), provider, "once");
  try {
    await session.run({ x: { data: new Float32Array(1), dims: [1] } });
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
  const { encoded, shapes } = targetGraph(network, wanted, picture, provider.dialect);
  if (shapes.size === 0) return new Map();
  const session = await openSession(encoded, provider, "once");
  try {
    const results = await session.run({ [names.picture]: pictureTensor(picture.data, picture) });
    return new Map(
      [...shapes].map(([term, shape]) => {
        return [term as TermName, { shape, data: results.numbers(names.target(term)) }];
      }),
    );
  } finally {
    await session.release();
  }
}
