import type { TermName } from "../../../shared/terms.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Size, Targets } from "../engine.ts";
import type { VectorSpace } from "../vector-space.ts";
import { CommandQueue } from "./command-queue.ts";
import { type DeviceVector, deviceSpace, makeResident, replace } from "./device-space.ts";
import { Kernels } from "./kernels.ts";
import { names, objectiveGraph } from "./objective-graph.ts";
import type { Provider } from "./provider.ts";
import { openSession, type Session } from "./session.ts";
import { termsOfPlan } from "./tensors.ts";

/** Evaluates with vectors and targets in the device's memory: a few numbers cross the bus per evaluation. */
export class DeviceEvaluator implements Evaluator<DeviceVector> {
  readonly space: VectorSpace<DeviceVector>;
  readonly #session: Session;
  readonly #kernels: Kernels;
  readonly #queue = new CommandQueue();
  readonly #terms: readonly TermName[];
  readonly #targets = new Map<TermName, DeviceVector>();

  static async create(
    network: Network,
    plan: ObjectivePlan,
    size: Size,
    provider: Provider,
  ): Promise<DeviceEvaluator> {
    const graph = objectiveGraph(network, plan, size, provider.dialect);
    const session = await openSession(graph, provider, [names.gradient]);
    return new DeviceEvaluator(session, plan, size, provider);
  }

  private constructor(session: Session, plan: ObjectivePlan, size: Size, provider: Provider) {
    this.#session = session;
    this.#terms = termsOfPlan(plan);
    this.#kernels = new Kernels(provider);
    this.space = deviceSpace(this.#kernels, this.#queue, size);
  }

  setTargets(targets: Targets): void {
    for (const [term, { data, shape }] of targets) {
      const before = this.#targets.get(term);
      if (before !== undefined) this.space.free(before);
      this.#targets.set(term, { tensor: { data, dims: shape } });
    }
  }

  async evaluate(
    picture: DeviceVector,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: DeviceVector,
  ): Promise<Map<TermName, number>> {
    const factors = Float32Array.from(this.#terms, (term) => coefficients.get(term) ?? 0);
    return await this.#queue.enqueue(async () => {
      for (const vector of [picture, ...this.#targets.values()]) await makeResident(this.#kernels, vector);
      const results = await this.#session.run({
        [names.picture]: picture.tensor,
        ...Object.fromEntries([...this.#targets].map(([term, { tensor }]) => [names.target(term), tensor])),
        [names.coefficients]: { data: factors, dims: [factors.length] },
      });
      replace(gradient, results.get(names.gradient));
      const sums = results.numbers(names.sums);
      return new Map(this.#terms.map((term, i) => [term, sums[i] as number]));
    });
  }

  async dispose(): Promise<void> {
    for (const target of this.#targets.values()) this.space.free(target);
    this.#targets.clear();
    await this.#queue.drained();
    await this.#kernels.release();
    await this.#session.release();
  }
}
