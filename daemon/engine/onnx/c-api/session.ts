import { setImmediate } from "node:timers/promises";
import type { EncodedModel } from "../model.ts";
import { Results, type Session } from "../session.ts";
import { type DeviceTensor, type HostTensor, isOnDevice, type Tensor } from "../tensors.ts";
import type { Blocks } from "./blocks.ts";
import { cApi, made, type Pointer } from "./functions.ts";

/** A device as the C API names it. */
export interface CDevice {
  /** Describes its memory; see `memoryInfo`. */
  readonly memory: Pointer;
  /** Where its tensors lie. */
  readonly blocks: Blocks;
  /** Adds to the options of a session what chooses the device. */
  readonly configure: (options: Pointer) => void;
}

const FLOAT = 1;
const FLOAT_BYTES = 4;
const ERROR_LEVEL = 3;
const ALL_OPTIMISATIONS = 99;
const ARENA = 1;
const DEFAULT_MEMORY = 0;

/** Describes a kind of memory: `Cpu` or a name that a provider gave its own, of the device with that number. */
export function memoryInfo(name: string, index: number): Pointer {
  return made((out) => cApi().createMemoryInfo(name, ARENA, index, DEFAULT_MEMORY, out));
}

let theOne: Pointer | undefined;

/** The process's one environment, which lasts as long as it does. */
function theEnvironment(): Pointer {
  theOne ??= made((out) => cApi().createEnv(ERROR_LEVEL, "atelier", out));
  return theOne;
}

/** A tensor in a device's memory. */
class CTensor implements DeviceTensor {
  readonly dims: readonly number[];
  readonly value: Pointer;
  readonly #blocks: Blocks;
  readonly #block: Pointer;

  constructor(dims: readonly number[], { memory, blocks }: CDevice) {
    const bytes = bytesOf(dims);
    this.dims = dims;
    this.#blocks = blocks;
    this.#block = blocks.take(bytes);
    try {
      this.value = tensorOver(memory, this.#block, bytes, dims);
    } catch (error) {
      blocks.giveBack(this.#block, bytes);
      throw error;
    }
  }

  free(): void {
    cApi().releaseValue(this.value);
    this.#blocks.giveBack(this.#block, bytesOf(this.dims));
  }
}

/**
 * A session through the runtime's C API, for devices on which its binding for Node keeps no tensors. Runs take this
 * thread's time, as the binding's do.
 */
export class CSession implements Session {
  /** They lie in blocks of the device's memory. */
  readonly holdsResults = false;
  readonly #session: Pointer;
  readonly #binding: Pointer;
  readonly #device: CDevice;
  readonly #outputs: EncodedModel["outputs"];
  readonly #onDevice: ReadonlySet<string>;

  static open(graph: EncodedModel, device: CDevice, onDevice: readonly string[]): CSession {
    const api = cApi();
    // Providers want one before they are asked for.
    const environment = theEnvironment();
    const options = made((out) => api.createSessionOptions(out));
    try {
      api.setSessionLogSeverityLevel(options, ERROR_LEVEL);
      api.setSessionGraphOptimizationLevel(options, ALL_OPTIMISATIONS);
      // Its one large block would lie beside what the arena holds from the first run.
      api.disableMemPattern(options);
      device.configure(options);
      const { model, externalData } = graph;
      if (externalData.length > 0)
        api.addExternalInitializersFromFilesInMemory(
          options,
          externalData.map(({ path }) => path),
          externalData.map(({ data }) => data),
          externalData.map(({ data }) => data.length),
          externalData.length,
        );
      const session = made((out) =>
        api.createSessionFromArray(environment, model, model.length, options, out),
      );
      try {
        const binding = made((out) => api.createIoBinding(session, out));
        return new CSession(session, binding, graph, device, onDevice);
      } catch (error) {
        api.releaseSession(session);
        throw error;
      }
    } finally {
      api.releaseSessionOptions(options);
    }
  }

  private constructor(
    session: Pointer,
    binding: Pointer,
    graph: EncodedModel,
    device: CDevice,
    onDevice: readonly string[],
  ) {
    this.#session = session;
    this.#binding = binding;
    this.#device = device;
    this.#outputs = graph.outputs;
    this.#onDevice = new Set(onDevice);
    device.blocks.enter();
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, HostTensor>> = {},
  ): Promise<Results> {
    // What waits, such as a wish to stop, has its turn between runs, as with the binding.
    await setImmediate();
    const api = cApi();
    const results = new Map<string, Tensor>();
    /** Views of the process's memory, which the runtime is done with after the run, and what they are of. */
    const views: { view: Pointer; tensor: HostTensor }[] = [];
    const valueOf = (tensor: Tensor) => {
      if (isOnDevice(tensor)) return (tensor as CTensor).value;
      const view = tensorOver(hostMemory(), tensor.data, tensor.data.byteLength, tensor.dims);
      views.push({ view, tensor });
      return view;
    };
    try {
      for (const [name, tensor] of Object.entries(feeds)) api.bindInput(this.#binding, name, valueOf(tensor));
      for (const { name, shape } of this.#outputs) {
        const tensor = this.#onDevice.has(name)
          ? new CTensor(shape, this.#device)
          : (into[name] ?? { dims: shape, data: new Float32Array(bytesOf(shape) / FLOAT_BYTES) });
        results.set(name, tensor);
        api.bindOutput(this.#binding, name, valueOf(tensor));
      }
      api.runWithBinding(this.#session, null, this.#binding);
      return new Results(results);
    } catch (error) {
      for (const tensor of results.values()) if (isOnDevice(tensor)) tensor.free();
      throw error;
    } finally {
      api.clearBoundInputs(this.#binding);
      api.clearBoundOutputs(this.#binding);
      for (const { view } of views) api.releaseValue(view);
    }
  }

  async release(): Promise<void> {
    cApi().releaseIoBinding(this.#binding);
    cApi().releaseSession(this.#session);
    this.#device.blocks.leave();
  }
}

/** A tensor over numbers that lie in some memory. */
function tensorOver(
  memory: Pointer,
  numbers: Pointer | Float32Array,
  bytes: number,
  dims: readonly number[],
): Pointer {
  const shape = BigInt64Array.from(dims, BigInt);
  return made((out) =>
    cApi().createTensorWithDataAsOrtValue(memory, numbers, bytes, shape, shape.length, FLOAT, out),
  );
}

let host: Pointer | undefined;
function hostMemory(): Pointer {
  host ??= memoryInfo("Cpu", 0);
  return host;
}

function bytesOf(dims: readonly number[]): number {
  return dims.reduce((all, size) => all * size, FLOAT_BYTES);
}
