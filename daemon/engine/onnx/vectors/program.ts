import { addParts } from "../lists.ts";
import type { Value } from "../model.ts";
import type { HostTensor, Tensor } from "../tensors.ts";
import { type DeviceVector, release, replace, resident } from "./device-vector.ts";
import type { Kernel, Kernels } from "./kernels.ts";
import type { Operation } from "./operations.ts";

interface Step {
  readonly operation: Operation;
  /** Vectors as they were before the program, and results of earlier steps, by their place. */
  readonly operands: readonly (DeviceVector | number)[];
}

/** Arithmetic on vectors, step by step, that runs as one graph. */
export class Program {
  readonly #steps: Step[] = [];
  readonly #numbers: number[] = [];
  /** The last step that gave each vector its value. */
  readonly #written = new Map<DeviceVector, number>();
  /** Steps whose results go to the process's memory, and where there. */
  readonly #read: { readonly step: number; readonly into: HostTensor | undefined }[] = [];
  readonly #freed: DeviceVector[] = [];

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  write(
    operation: Operation,
    vectors: readonly DeviceVector[],
    numbers: readonly number[],
    into: DeviceVector,
  ): void {
    const step = this.#add(operation, vectors, numbers);
    this.#written.set(into, step);
  }

  /** Says which of those that `run` gives the result will be. */
  read(operation: Operation, vectors: readonly DeviceVector[], into?: HostTensor): number {
    return this.#read.push({ step: this.#add(operation, vectors, []), into }) - 1;
  }

  /** Steps before this one may read the vector; its value at the end is nobody's. */
  free(vector: DeviceVector): void {
    this.#written.delete(vector);
    this.#freed.push(vector);
  }

  async run(kernels: Kernels): Promise<HostTensor[]> {
    if (this.#written.size + this.#read.length === 0) return [];
    const inputs: Tensor[] = [];
    for (const vector of this.#steps.flatMap(vectorsOf)) inputs.push(await resident(kernels, vector));
    if (this.#numbers.length > 0)
      inputs.push({ data: Float32Array.from(this.#numbers), dims: [this.#numbers.length] });
    const places = [...Array.from(this.#written, () => undefined), ...this.#read.map(({ into }) => into)];
    const results = await kernels.run(this.#kernel(inputs), inputs, places);
    for (const [i, vector] of [...this.#written.keys()].entries()) replace(vector, results[i] as Tensor);
    return results.slice(this.#written.size) as HostTensor[];
  }

  /** Whatever became of the run. */
  releaseFreed(): void {
    for (const vector of this.#freed) release(vector);
  }

  #add(operation: Operation, vectors: readonly DeviceVector[], numbers: readonly number[]): number {
    this.#numbers.push(...numbers);
    const operands = vectors.map((vector) => this.#written.get(vector) ?? vector);
    return this.#steps.push({ operation, operands }) - 1;
  }

  /**
   * Every operand is an input of its own, be it the same vector, and all numbers are one: programs of the same steps
   * are then the same kernel, whatever vectors they are about.
   */
  #kernel(inputs: readonly Tensor[]): Kernel {
    const steps = this.#steps;
    const written = [...this.#written.values()];
    const read = this.#read.map(({ step }) => step);
    const outputs = [...written, ...read];
    const shown = (operand: DeviceVector | number) => (typeof operand === "number" ? operand : "v");
    const names = steps.map(({ operation, operands }) => `${operation.name}(${operands.map(shown).join()})`);
    return {
      name: `${names.join("; ")} → ${written.join()}; ${read.join()}`,
      inputs: inputs.map(({ dims }) => dims),
      outputs: outputs.map((step, i) => ({
        shape: (steps[step] as Step).operation.result,
        isOnDevice: i < written.length,
      })),
      build: (graph, values) => {
        const vectors = values.values();
        const sizes = steps.flatMap(({ operation }) => operation.parts);
        const parts = (sizes.length === 0 ? [] : addParts(graph, values.at(-1) as Value, sizes)).values();
        const results: Value[] = [];
        for (const { operation, operands } of steps)
          results.push(
            operation.build(
              graph,
              operands.map((operand) =>
                typeof operand === "number" ? (results[operand] as Value) : taken(vectors),
              ),
              operation.parts.map(() => taken(parts)),
            ),
          );
        return outputs.map((step) => results[step] as Value);
      },
    };
  }
}

function vectorsOf({ operands }: Step): DeviceVector[] {
  return operands.filter((operand) => typeof operand === "object");
}

function taken<T>(from: Iterator<T, unknown>): T {
  return from.next().value as T;
}
