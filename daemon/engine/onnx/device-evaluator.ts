import type { TermName } from "../../../shared/terms.ts";
import type { Size } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Targets } from "../engine.ts";
import { termsOfPlan } from "../plan.ts";
import type { VectorSpace } from "../vector-space.ts";
import { names, objectiveGraph } from "./objective-graph.ts";
import type { Provider } from "./provider.ts";
import { openSession, type Session } from "./session.ts";
import { hostTensor, type Tensor } from "./tensors.ts";
import { Commands } from "./vectors/commands.ts";
import { deviceSpace } from "./vectors/device-space.ts";
import { type DeviceVector, replace, resident } from "./vectors/device-vector.ts";
import { Kernels } from "./vectors/kernels.ts";
import { copying } from "./vectors/operations.ts";

/** Evaluates with vectors and targets in the device's memory: a few numbers cross the bus per evaluation. */
export class DeviceEvaluator implements Evaluator<DeviceVector> {
  readonly space: VectorSpace<DeviceVector>;
  readonly #session: Session;
  readonly #kernels: Kernels;
  readonly #commands: Commands;
  readonly #terms: readonly TermName[];
  readonly #targets = new Map<TermName, DeviceVector>();

  static async create(
    network: Network,
    plan: ObjectivePlan,
    size: Size,
    provider: Provider,
  ): Promise<DeviceEvaluator> {
    const graph = objectiveGraph(network, plan, size, provider.dialect);
    const session = await openSession(graph, provider, "evaluate", [names.gradient, names.sums]);
    return new DeviceEvaluator(session, plan, size, provider);
  }

  private constructor(session: Session, plan: ObjectivePlan, size: Size, provider: Provider) {
    this.#session = session;
    this.#terms = termsOfPlan(plan);
    this.#kernels = new Kernels(provider);
    this.#commands = new Commands(this.#kernels);
    this.space = deviceSpace(this.#commands, size, provider.dialect);
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
    const sums: DeviceVector = { tensor: hostTensor([this.#terms.length]) };
    void this.#commands.enqueue(async () => {
      const feeds: Record<string, Tensor> = {
        [names.picture]: await resident(this.#kernels, picture),
        [names.coefficients]: { data: factors, dims: [factors.length] },
      };
      for (const [term, target] of this.#targets)
        feeds[names.target(term)] = await resident(this.#kernels, target);
      const results = await this.#session.run(feeds);
      replace(gradient, results.get(names.gradient));
      replace(sums, results.get(names.sums));
    });
    // They are read with what else is asked for, on WebGPU while the device evaluates.
    const answer = this.#commands.read(copying(sums.tensor.dims), [sums]);
    this.#commands.free(sums);
    const { data } = await answer;
    return new Map(this.#terms.map((term, i) => [term, data[i] as number]));
  }

  async dispose(): Promise<void> {
    for (const target of this.#targets.values()) this.space.free(target);
    this.#targets.clear();
    await this.#commands.drained();
    await this.#kernels.release();
    await this.#session.release();
  }
}
