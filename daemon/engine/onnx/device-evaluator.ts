import type { TermName } from "../../../shared/terms.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Size, Targets } from "../engine.ts";
import type { VectorSpace } from "../vector-space.ts";
import { CommandQueue } from "./command-queue.ts";
import { type DeviceVector, deviceSpace, makeResident, replace } from "./device-space.ts";
import { Kernels } from "./kernels.ts";
import { names, objectiveGraph } from "./objective-graph.ts";
import type { Provider } from "./provider.ts";
import { ort } from "./runtime.ts";
import { createSession } from "./session.ts";
import { scalarTensor, termsOfPlan } from "./tensors.ts";

/** Evaluates with vectors and targets in the device's memory: a few numbers cross the bus per evaluation. */
export class DeviceEvaluator implements Evaluator<DeviceVector> {
  readonly space: VectorSpace<DeviceVector>;
  readonly #session: ort.InferenceSession;
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
    const session = await createSession(graph, provider, {
      preferredOutputLocation: {
        [names.gradient]: "gpu-buffer",
        ...Object.fromEntries(termsOfPlan(plan).map((term) => [names.sum(term), "cpu"] as const)),
      },
    });
    return new DeviceEvaluator(session, plan, size, provider);
  }

  private constructor(session: ort.InferenceSession, plan: ObjectivePlan, size: Size, provider: Provider) {
    this.#session = session;
    this.#terms = termsOfPlan(plan);
    this.#kernels = new Kernels(provider);
    this.space = deviceSpace(this.#kernels, this.#queue, size);
  }

  setTargets(targets: Targets): void {
    for (const [term, { data, shape }] of targets) {
      const before = this.#targets.get(term);
      if (before !== undefined) this.space.free(before);
      this.#targets.set(term, { tensor: new ort.Tensor("float32", data, shape) });
    }
  }

  async evaluate(
    picture: DeviceVector,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: DeviceVector,
  ): Promise<Map<TermName, number>> {
    const factors = this.#terms.map((term) => [term, coefficients.get(term) ?? 0] as const);
    return await this.#queue.enqueue(async () => {
      for (const vector of [picture, ...this.#targets.values()]) await makeResident(this.#kernels, vector);
      const results = await this.#session.run({
        [names.picture]: picture.tensor,
        ...Object.fromEntries([...this.#targets].map(([term, { tensor }]) => [names.target(term), tensor])),
        ...Object.fromEntries(
          factors.map(([term, factor]) => [names.coefficient(term), scalarTensor(factor)]),
        ),
      });
      replace(gradient, results[names.gradient] as ort.Tensor);
      const sumOf = (term: TermName) => results[names.sum(term)] as ort.Tensor;
      return new Map(this.#terms.map((term) => [term, sumOf(term).data[0] as number]));
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
