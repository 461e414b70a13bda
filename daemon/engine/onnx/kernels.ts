import { GraphBuilder, type Value } from "./model.ts";
import type { DeviceProvider } from "./provider.ts";
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
  readonly #provider: DeviceProvider;
  readonly #sessions = new Map<string, Session>();

  constructor(provider: DeviceProvider) {
    this.#provider = provider;
  }

  /** Vectors that one kernel may read. */
  get vectorsAtOnce(): number {
    return this.#provider.vectorsAtOnce;
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

/** Σ factor·vector; the inputs are all vectors, then their factors in one. */
export function combining(shape: readonly number[], count: number): Kernel {
  return {
    name: `combine ${count}`,
    inputs: [...Array.from({ length: count }, () => shape), [count]],
    output: shape,
    location: "device",
    build: (graph, inputs) => {
      const factors = addSplit(graph, inputs[count] as Value, count);
      return inputs
        .slice(0, count)
        .map((vector, i) => graph.node("Mul", [vector, factors[i] as Value]))
        .reduce((sum, scaled) => graph.node("Add", [sum, scaled]));
    },
  };
}

/** Row sums of a·b for each b; the inputs are a, then all b. */
export function multiplyingRows(shape: readonly [1, 3, number, number], partners: number): Kernel {
  const rows = 3 * shape[2];
  return {
    name: `rows ${partners}`,
    inputs: Array.from({ length: 1 + partners }, () => shape),
    output: [partners, rows],
    location: "host",
    build: (graph, [a, ...others]) => {
      const products = others.map((b) => {
        const sums = graph.node("ReduceSum", [graph.node("Mul", [a as Value, b]), graph.ints([3])]);
        return graph.node("Reshape", [sums, graph.ints([1, rows])]);
      });
      return addConcat(graph, products);
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

/** WebGPU promises a shader eight buffers. */
const BUFFERS_AT_ONCE = 6;

/** The numbers of a vector one by one. */
function addSplit(graph: GraphBuilder, vector: Value, count: number): Value[] {
  if (count <= BUFFERS_AT_ONCE) return graph.nodes("Split", [vector], count);
  const sizes = partsOf(count);
  const parts = graph.nodes("Split", [vector, graph.ints(sizes)], sizes.length);
  return parts.flatMap((part, i) => addSplit(graph, part, sizes[i] as number));
}

/** Below each other what has one row each. */
function addConcat(graph: GraphBuilder, rows: readonly Value[]): Value {
  if (rows.length === 1) return rows[0] as Value;
  if (rows.length <= BUFFERS_AT_ONCE) return graph.node("Concat", rows, { axis: 0 });
  let first = 0;
  const parts = partsOf(rows.length).map((size) => addConcat(graph, rows.slice(first, (first += size))));
  return graph.node("Concat", parts, { axis: 0 });
}

/** Sizes of as many parts as are handled at once, each as large as the others or one smaller. */
function partsOf(count: number): number[] {
  return Array.from({ length: BUFFERS_AT_ONCE }, (_, i) => Math.floor((count + i) / BUFFERS_AT_ONCE));
}
