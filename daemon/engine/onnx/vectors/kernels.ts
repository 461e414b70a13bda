import { GraphBuilder, type Value } from "../model.ts";
import type { Provider } from "../provider.ts";
import { openSession, type Session } from "../session.ts";
import type { HostTensor, Tensor } from "../tensors.ts";

/** One small graph, for arithmetic between evaluations. */
export interface Kernel {
  /** Kernels of one name are one session. */
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly { readonly shape: readonly number[]; readonly isOnDevice: boolean }[];
  readonly build: (graph: GraphBuilder, inputs: readonly Value[]) => readonly Value[];
}

/** More than any optimiser's iteration takes. */
const MOST_SESSIONS = 12;

/** Sessions of kernels, each made when it is run. */
export class Kernels {
  readonly #provider: Provider;
  readonly #most: number;
  readonly #sessions = new Map<string, Session>();

  constructor(provider: Provider, most = MOST_SESSIONS) {
    this.#provider = provider;
    this.#most = most;
  }

  /** The results in the order of the kernel's outputs; `into` is where those in the process's memory go, if anywhere. */
  async run(
    kernel: Kernel,
    inputs: readonly Tensor[],
    into: readonly (HostTensor | undefined)[] = [],
  ): Promise<Tensor[]> {
    const session = this.#sessions.get(kernel.name) ?? (await this.#open(kernel));
    await this.#use(kernel.name, session);
    const feeds = Object.fromEntries(inputs.map((tensor, i) => [inputName(i), tensor]));
    const places = into.flatMap((place, i) => (place === undefined ? [] : [[outputName(i), place] as const]));
    const results = await session.run(feeds, Object.fromEntries(places));
    return kernel.outputs.map((_, i) => results.get(outputName(i)));
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }

  async #open({ inputs, outputs, build }: Kernel): Promise<Session> {
    const graph = new GraphBuilder();
    const values = build(
      graph,
      inputs.map((shape, i) => graph.input(inputName(i), shape)),
    );
    for (const [i, { shape }] of outputs.entries()) graph.output(outputName(i), values[i] as Value, shape);
    const onDevice = outputs.flatMap(({ isOnDevice }, i) => (isOnDevice ? [outputName(i)] : []));
    return await openSession(graph.encode(), this.#provider, "arithmetic", onDevice);
  }

  /** The newest comes last; the oldest one goes where there are too many and it can, since each holds memory. */
  async #use(name: string, session: Session): Promise<void> {
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    const [oldest] = this.#sessions;
    if (this.#sessions.size <= this.#most || oldest === undefined || oldest[1].holdsResults) return;
    this.#sessions.delete(oldest[0]);
    await oldest[1].release();
  }
}

function inputName(index: number): string {
  return `input${index}`;
}

function outputName(index: number): string {
  return `output${index}`;
}

/** Brings numbers to the device. */
export function copying(shape: readonly number[]): Kernel {
  return {
    name: `copy ${shape.join("×")} to the device`,
    inputs: [shape],
    outputs: [{ shape, isOnDevice: true }],
    build: (_graph, inputs) => inputs,
  };
}
