import { addConcat, addParts, grouped, VALUES_AT_ONCE } from "./lists.ts";
import { GraphBuilder, type Value } from "./model.ts";
import type { Provider } from "./provider.ts";
import { openSession, type Session } from "./session.ts";
import type { Tensor } from "./tensors.ts";

/** Where a kernel's result is wanted. */
type Location = "host" | "device";

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
  readonly #sessions = new Map<string, Session>();

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  async run(kernel: Kernel, inputs: readonly Tensor[]): Promise<Tensor> {
    const session = this.#sessions.get(kernel.name) ?? (await this.#open(kernel));
    const feeds = Object.fromEntries(inputs.map((tensor, i) => [inputName(i), tensor]));
    return (await session.run(feeds)).get(RESULT);
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }

  async #open({ name, inputs, output, location, build }: Kernel): Promise<Session> {
    const graph = new GraphBuilder();
    const values = inputs.map((shape, i) => graph.input(inputName(i), shape));
    graph.output(RESULT, build(graph, values), output);
    const onDevice = location === "device" ? [RESULT] : [];
    const session = await openSession(graph.encode(), this.#provider, onDevice);
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

/**
 * How many vectors an operation handles as one. Of small ones several: an operation costs the driver more than the GPU.
 * Of large ones, one after the other: laid beside each other they would take memory.
 */
function atOnce([, , height, width]: readonly [1, 3, number, number]): number {
  const bytes = 4 * 3 * height * width;
  return Math.min(VALUES_AT_ONCE, Math.max(1, Math.floor(LAID_BESIDE_BYTES / bytes)));
}
const LAID_BESIDE_BYTES = 32e6;

/** Σ factor·vector; the inputs are all vectors, then their factors in one. */
export function combining(shape: readonly [1, 3, number, number], count: number): Kernel {
  return {
    name: `combine ${count}`,
    inputs: [...Array.from({ length: count }, () => shape), [count]],
    output: shape,
    location: "device",
    build: (graph, inputs) => {
      const groups = grouped(inputs.slice(0, count), atOnce(shape));
      const factors = addParts(
        graph,
        inputs[count] as Value,
        groups.map(({ length }) => length),
      );
      return groups
        .map((group, i) => {
          const column = graph.node("Reshape", [factors[i] as Value, graph.ints([group.length, 1, 1, 1])]);
          const scaled = graph.node("Mul", [addConcat(graph, group), column]);
          return group.length === 1 ? scaled : graph.node("ReduceSum", [scaled, graph.ints([0])]);
        })
        .reduce((sum, part) => graph.node("Add", [sum, part]));
    },
  };
}

/** Row sums of the products of each left with each right vector, for every left one in turn; the inputs likewise. */
export function multiplyingRows(
  shape: readonly [1, 3, number, number],
  lefts: number,
  rights: number,
): Kernel {
  const rows = 3 * shape[2];
  return {
    name: `rows ${lefts} ${rights}`,
    inputs: Array.from({ length: lefts + rights }, () => shape),
    output: [lefts * rights, rows],
    location: "host",
    build: (graph, inputs) => {
      const groups = grouped(inputs.slice(lefts), atOnce(shape)).map((group) => addConcat(graph, group));
      const sums = inputs.slice(0, lefts).flatMap((left) =>
        groups.map((group) => {
          const products = graph.node("Mul", [group, left]);
          return graph.node("ReduceSum", [products, graph.ints([3])], { keepdims: 0 });
        }),
      );
      return graph.node("Reshape", [addConcat(graph, sums), graph.ints([lefts * rights, rows])]);
    },
  };
}

/** a·b, number by number. */
export function multiplying(shape: readonly number[]): Kernel {
  return {
    name: "multiply",
    inputs: [shape, shape],
    output: shape,
    location: "device",
    build: (graph, [a, b]) => graph.node("Mul", [a as Value, b as Value]),
  };
}

/** a / (√b + epsilon), number by number. */
export function dividingByRoot(shape: readonly number[]): Kernel {
  return {
    name: "divide by root",
    inputs: [shape, shape, []],
    output: shape,
    location: "device",
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
    location: "device",
    build: (graph, [vector, low, high]) =>
      graph.node("Min", [graph.node("Max", [vector as Value, low as Value]), high as Value]),
  };
}
