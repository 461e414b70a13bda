import type { TermName } from "../../../shared/terms.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Size, Targets } from "../engine.ts";
import { hostSpace } from "../host-space.ts";
import { names, objectiveGraph } from "./objective-graph.ts";
import type { Provider } from "./provider.ts";
import { ort } from "./runtime.ts";
import { createSession } from "./session.ts";
import { pictureTensor, scalarTensor, termsOfPlan } from "./tensors.ts";

/** Evaluates with vectors in the process's memory: on a CPU they are read and written in place, else they cross the bus. */
export class HostEvaluator implements Evaluator<Float32Array> {
  readonly space;
  readonly #session: ort.InferenceSession;
  readonly #size: Size;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #fetches: Record<string, ort.Tensor> = {};
  readonly #terms: readonly TermName[];

  static async create(
    network: Network,
    plan: ObjectivePlan,
    size: Size,
    provider: Provider,
  ): Promise<HostEvaluator> {
    const graph = objectiveGraph(network, plan, size, provider.dialect);
    return new HostEvaluator(await createSession(graph, provider), plan, size);
  }

  private constructor(session: ort.InferenceSession, plan: ObjectivePlan, size: Size) {
    this.#session = session;
    this.#size = size;
    this.space = hostSpace(3 * size.height * size.width);
    this.#terms = termsOfPlan(plan);
    for (const term of this.#terms) {
      this.#feeds[names.coefficient(term)] = scalarTensor(0);
      this.#fetches[names.sum(term)] = scalarTensor(0);
    }
  }

  setTargets(targets: Targets): void {
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

function scalarOf(tensor: ort.Tensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}
