import { GraphBuilder, type Value } from "./model.ts";
import type { Provider } from "./provider.ts";
import { ort } from "./runtime.ts";
import { createSession } from "./session.ts";

/** Where a kernel's result is wanted. */
type Location = "cpu" | "gpu-buffer";

/** One small graph with one result, for arithmetic between evaluations. */
export interface Kernel {
  /** Kernels of one name are one session. */
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly location: Location;
  readonly build: (graph: GraphBuilder, inputs: readonly Value[]) => Value;
}

const RESULT = "result";

/** Sessions of kernels, each made when it is first run. */
export class Kernels {
  readonly #provider: Provider;
  readonly #sessions = new Map<string, ort.InferenceSession>();

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  async run(kernel: Kernel, inputs: readonly ort.Tensor[]): Promise<ort.Tensor> {
    const session = this.#sessions.get(kernel.name) ?? (await this.#open(kernel));
    const feeds = Object.fromEntries(inputs.map((tensor, i) => [inputName(i), tensor]));
    return (await session.run(feeds))[RESULT] as ort.Tensor;
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }

  async #open({ name, inputs, output, location, build }: Kernel): Promise<ort.InferenceSession> {
    const graph = new GraphBuilder();
    const values = inputs.map((shape, i) => graph.input(inputName(i), shape));
    graph.output(RESULT, build(graph, values), output);
    const session = await createSession(graph.encode(), this.#provider, {
      preferredOutputLocation: location,
    });
    this.#sessions.set(name, session);
    return session;
  }
}

function inputName(index: number): string {
  return `input${index}`;
}

/** The same numbers, on the device or in the process's memory. */
export function copying(shape: readonly number[], location: Location): Kernel {
  return {
    name: `copy to ${location} ${shape.join("×")}`,
    inputs: [shape],
    output: shape,
    location,
    build: (_graph, [vector]) => vector as Value,
  };
}

/** Σ factor·vector; the inputs are all vectors, then all factors. */
export function combining(shape: readonly number[], count: number): Kernel {
  return {
    name: `combine ${count}`,
    inputs: [...Array.from({ length: count }, () => shape), ...Array.from({ length: count }, () => [])],
    output: shape,
    location: "gpu-buffer",
    build: (graph, inputs) =>
      inputs
        .slice(0, count)
        .map((vector, i) => graph.node("Mul", [vector, inputs[count + i] as Value]))
        .reduce((sum, scaled) => graph.node("Add", [sum, scaled])),
  };
}

/** Row sums of a·b for each b; the inputs are a, then all b. */
export function multiplyingRows(shape: readonly [1, 3, number, number], partners: number): Kernel {
  const rows = 3 * shape[2];
  return {
    name: `rows ${partners}`,
    inputs: Array.from({ length: 1 + partners }, () => shape),
    output: [partners, rows],
    location: "cpu",
    build: (graph, [a, ...others]) => {
      const products = others.map((b) => {
        const sums = graph.node("ReduceSum", [graph.node("Mul", [a as Value, b]), graph.ints([3])]);
        return graph.node("Reshape", [sums, graph.ints([1, rows])]);
      });
      return products.length === 1 ? (products[0] as Value) : graph.node("Concat", products, { axis: 0 });
    },
  };
}

/** a·b, number by number. */
export function multiplying(shape: readonly number[]): Kernel {
  return {
    name: "multiply",
    inputs: [shape, shape],
    output: shape,
    location: "gpu-buffer",
    build: (graph, [a, b]) => graph.node("Mul", [a as Value, b as Value]),
  };
}

/** a / (√b + epsilon), number by number. */
export function dividingByRoot(shape: readonly number[]): Kernel {
  return {
    name: "divide by root",
    inputs: [shape, shape, []],
    output: shape,
    location: "gpu-buffer",
    build: (graph, [a, b, epsilon]) =>
      graph.node("Div", [
        a as Value,
        graph.node("Add", [graph.node("Sqrt", [b as Value]), epsilon as Value]),
      ]),
  };
}

/** Every number limited to [low, high], of operations that take both as inputs on every provider. */
export function clamping(shape: readonly number[]): Kernel {
  return {
    name: "clamp",
    inputs: [shape, [], []],
    output: shape,
    location: "gpu-buffer",
    build: (graph, [vector, low, high]) =>
      graph.node("Min", [graph.node("Max", [vector as Value, low as Value]), high as Value]),
  };
}
