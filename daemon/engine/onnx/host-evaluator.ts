import type { TermName } from "../../../shared/terms.ts";
import type { Size } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Targets } from "../engine.ts";
import { hostSpace } from "../host-space.ts";
import { termsOfPlan } from "../plan.ts";
import { names, objectiveGraph } from "./objective-graph.ts";
import type { Provider } from "./provider.ts";
import { openSession, type Session } from "./session.ts";
import { type HostTensor, pictureTensor } from "./tensors.ts";

/** Evaluates with vectors in the process's memory, which a CPU reads and writes in place. */
export class HostEvaluator implements Evaluator<Float32Array> {
  readonly space;
  readonly #session: Session;
  readonly #size: Size;
  readonly #feeds: Record<string, HostTensor> = {};
  readonly #terms: readonly TermName[];

  static async create(
    network: Network,
    plan: ObjectivePlan,
    size: Size,
    provider: Provider,
  ): Promise<HostEvaluator> {
    const graph = objectiveGraph(network, plan, size, provider.dialect);
    return new HostEvaluator(await openSession(graph, provider, "evaluate"), plan, size);
  }

  private constructor(session: Session, plan: ObjectivePlan, size: Size) {
    this.#session = session;
    this.#size = size;
    this.space = hostSpace(3 * size.height * size.width);
    this.#terms = termsOfPlan(plan);
  }

  setTargets(targets: Targets): void {
    for (const [term, { data, shape }] of targets) this.#feeds[names.target(term)] = { data, dims: shape };
  }

  async evaluate(
    picture: Float32Array,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: Float32Array,
  ): Promise<Map<TermName, number>> {
    const factors = Float32Array.from(this.#terms, (term) => coefficients.get(term) ?? 0);
    this.#feeds[names.coefficients] = { data: factors, dims: [factors.length] };
    this.#feeds[names.picture] = pictureTensor(picture, this.#size);
    const results = await this.#session.run(this.#feeds, {
      [names.gradient]: pictureTensor(gradient, this.#size),
    });
    const sums = results.numbers(names.sums);
    return new Map(this.#terms.map((term, i) => [term, sums[i] as number]));
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
