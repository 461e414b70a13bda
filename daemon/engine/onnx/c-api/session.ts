import { setImmediate } from "node:timers/promises";
import type { EncodedModel } from "../model.ts";
import { Results, type Session } from "../session.ts";
import { type HostTensor, hostTensor, isOnDevice, type Tensor } from "../tensors.ts";
import { BoundSession, type CDevice } from "./bound-session.ts";
import { cApi, type Pointer } from "./functions.ts";
import { CTensor, freeAll, viewOf } from "./tensors.ts";

/** A session through the runtime's C API, for devices on which its binding for Node keeps no tensors. */
export class CSession implements Session {
  /** They lie in blocks of the device's memory. */
  readonly holdsResults = false;
  readonly #bound: BoundSession;
  readonly #outputs: EncodedModel["outputs"];
  readonly #onDevice: ReadonlySet<string>;

  constructor(graph: EncodedModel, device: CDevice, onDevice: readonly string[]) {
    this.#bound = new BoundSession(graph, device);
    this.#outputs = graph.outputs;
    this.#onDevice = new Set(onDevice);
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, HostTensor>> = {},
  ): Promise<Results> {
    // What waits, such as a wish to stop, has its turn between runs, as with the binding.
    await setImmediate();
    const results = new Map<string, Tensor>();
    /** Views of the process's memory, which the runtime is done with after the run, and what they are of. */
    const views: { view: Pointer; tensor: HostTensor }[] = [];
    const valueOf = (tensor: Tensor) => {
      if (isOnDevice(tensor)) return (tensor as CTensor).value;
      const view = viewOf(tensor);
      views.push({ view, tensor });
      return view;
    };
    try {
      for (const [name, tensor] of Object.entries(feeds)) this.#bound.bindInput(name, valueOf(tensor));
      for (const { name, shape } of this.#outputs) {
        const tensor = this.#onDevice.has(name)
          ? new CTensor(shape, this.#bound.device)
          : (into[name] ?? hostTensor(shape));
        results.set(name, tensor);
        this.#bound.bindOutput(name, valueOf(tensor));
      }
      this.#bound.run();
      return new Results(results);
    } catch (error) {
      freeAll(results.values());
      throw error;
    } finally {
      this.#bound.unbind();
      for (const { view } of views) cApi().releaseValue(view);
    }
  }

  async release(): Promise<void> {
    this.#bound.release();
  }
}
