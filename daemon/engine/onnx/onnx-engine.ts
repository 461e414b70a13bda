import * as ort from "onnxruntime-node";
import type { TermName } from "../../../shared/terms.ts";
import type { Network } from "../../network/network.ts";
import type { Engine, EngineOptions, Evaluator, ObjectivePlan, Planes, Size, Target } from "../engine.ts";
import { hostSpace } from "../host-space.ts";
import { estimateBytes } from "./memory.ts";
import { GraphBuilder } from "./model.ts";
import { names, objectiveGraph, targetGraph } from "./objective-graph.ts";
import { PROVIDERS, type Provider } from "./provider.ts";
import { createSession } from "./session.ts";

/** ONNX Runtime on one of its providers. One static graph per objective and size; optimiser vectors on the host. */
export async function openOnnxEngine(
  network: Network,
  { kind = "cpu", index = 0, threads }: EngineOptions,
): Promise<Engine<Float32Array>> {
  const provider = PROVIDERS[kind](index, threads);
  if (provider.dialect === "gpu") await prove(provider);
  return {
    id: "onnx",
    device: provider.device,
    describe: async (picture, wanted) => await describe(network, picture, wanted, provider),
    prepare: async (plan, size) => await OnnxEvaluator.create(network, plan, size, provider),
    hasVectorsOnHost: true,
    estimateBytes: (plan, size) => estimateBytes(kind, plan, size),
  };
}

/** Runs the smallest of graphs, so that a device that does not work is known before it is given work. */
async function prove(provider: Provider): Promise<void> {
  const graph = new GraphBuilder();
  graph.output("y", graph.node("Relu", [graph.input("x", [1])]), [1]);
  const session = await createSession(graph.encode(), provider);
  await session.run({ x: new ort.Tensor("float32", new Float32Array(1), [1]) });
  await session.release();
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

class OnnxEvaluator implements Evaluator<Float32Array> {
  readonly space;
  readonly #session: ort.InferenceSession;
  readonly #size: Size;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #fetches: Record<string, ort.Tensor> = {};
  readonly #terms: TermName[];

  static async create(
    network: Network,
    plan: ObjectivePlan,
    size: Size,
    provider: Provider,
  ): Promise<OnnxEvaluator> {
    const graph = objectiveGraph(network, plan, size, provider.dialect);
    return new OnnxEvaluator(await createSession(graph, provider), plan, size);
  }

  private constructor(session: ort.InferenceSession, plan: ObjectivePlan, size: Size) {
    this.#session = session;
    this.#size = size;
    this.space = hostSpace(3 * size.height * size.width);
    this.#terms = [
      ...plan.contentLayers.map((layer): TermName => `content.${layer}`),
      ...plan.styleLayers.map((layer): TermName => `style.${layer}`),
      "tv",
    ];
    for (const term of this.#terms) {
      this.#feeds[names.coefficient(term)] = scalarTensor();
      this.#fetches[names.sum(term)] = scalarTensor();
    }
  }

  setTargets(targets: ReadonlyMap<TermName, Target>): void {
    for (const [term, { data, shape }] of targets)
      this.#feeds[names.target(term)] = new ort.Tensor("float32", data, shape);
  }

  async evaluate(
    picture: Float32Array,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: Float32Array,
  ): Promise<Map<TermName, number>> {
    for (const term of this.#terms)
      scalarOf(this.#feeds[names.coefficient(term)])[0] = coefficients.get(term) ?? 0;
    this.#feeds[names.picture] = pictureTensor(picture, this.#size);
    this.#fetches[names.gradient] = pictureTensor(gradient, this.#size);
    await this.#session.run(this.#feeds, this.#fetches);
    return new Map(this.#terms.map((term) => [term, scalarOf(this.#fetches[names.sum(term)])[0] as number]));
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

/** A view, not a copy: the runtime reads from and writes into the vector itself. */
function pictureTensor(data: Float32Array, { height, width }: Size): ort.Tensor {
  return new ort.Tensor("float32", data, [1, 3, height, width]);
}

function scalarTensor(): ort.Tensor {
  return new ort.Tensor("float32", new Float32Array(1), []);
}

function scalarOf(tensor: ort.Tensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}
