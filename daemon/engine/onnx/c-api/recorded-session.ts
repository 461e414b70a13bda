import { setImmediate } from "node:timers/promises";
import type { EncodedModel } from "../model.ts";
import { Results, type Session } from "../session.ts";
import { type HostTensor, hostTensor, isOnDevice, type Tensor } from "../tensors.ts";
import type { Copy } from "./blocks.ts";
import { BoundSession, type CDevice } from "./bound-session.ts";
import { bytesOf, CTensor, freeAll } from "./tensors.ts";

/**
 * A session whose inputs and outputs always lie in the same places of the device's memory, so that a provider can
 * record what it asks of the device and have it repeated: the device then waits for no kernel to be asked for. What
 * comes in and goes out is copied, on a card in microseconds.
 */
export class RecordedSession implements Session {
  readonly holdsResults = false;
  readonly #bound: BoundSession;
  readonly #onDevice: ReadonlySet<string>;
  readonly #inputs = new Map<string, CTensor>();
  readonly #outputs = new Map<string, CTensor>();
  /** What lies in the inputs. */
  readonly #fed = new Map<string, Tensor>();

  constructor(graph: EncodedModel, device: CDevice, onDevice: readonly string[]) {
    this.#bound = new BoundSession(graph, device);
    this.#onDevice = new Set(onDevice);
    try {
      for (const { name, shape } of graph.outputs) {
        const tensor = new CTensor(shape, device);
        this.#outputs.set(name, tensor);
        this.#bound.bindOutput(name, tensor.value);
      }
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, HostTensor>> = {},
  ): Promise<Results> {
    await setImmediate();
    const { device } = this.#bound;
    const fresh = Object.entries(feeds).filter(([name, tensor]) => !this.#isThere(name, tensor));
    // A copy that fails leaves neither the old nor the new.
    for (const [name] of fresh) this.#fed.delete(name);
    device.memory.copy(
      fresh.map(([name, tensor]) => {
        const { block, dims } = this.#inputFor(name, tensor);
        return { to: block, from: memoryOf(tensor), bytes: bytesOf(dims) };
      }),
    );
    for (const [name, tensor] of fresh) this.#fed.set(name, tensor);
    this.#bound.run();
    const results = new Map<string, Tensor>();
    try {
      for (const [name, { dims }] of this.#outputs)
        results.set(
          name,
          this.#onDevice.has(name) ? new CTensor(dims, device) : (into[name] ?? hostTensor(dims)),
        );
      device.memory.copy(
        [...this.#outputs].map(([name, { block, dims }]) => ({
          to: memoryOf(results.get(name) as Tensor),
          from: block,
          bytes: bytesOf(dims),
        })),
      );
      return new Results(results);
    } catch (error) {
      freeAll(results.values());
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#release();
  }

  /** Tensors on the device never change. */
  #isThere(name: string, tensor: Tensor): boolean {
    return isOnDevice(tensor) && this.#fed.get(name) === tensor;
  }

  #inputFor(name: string, { dims }: Tensor): CTensor {
    const known = this.#inputs.get(name);
    if (known === undefined) {
      const input = new CTensor(dims, this.#bound.device);
      this.#inputs.set(name, input);
      this.#bound.bindInput(name, input.value);
      return input;
    }
    const [shape, wanted] = [dims.join("×"), known.dims.join("×")];
    if (shape !== wanted) throw new Error(`${name} has a shape of ${shape}, not ${wanted}`);
    return known;
  }

  #release(): void {
    this.#bound.unbind();
    freeAll([...this.#inputs.values(), ...this.#outputs.values()]);
    this.#bound.release();
  }
}

function memoryOf(tensor: Tensor): Copy["to"] {
  return isOnDevice(tensor) ? (tensor as CTensor).block : tensor.data;
}
