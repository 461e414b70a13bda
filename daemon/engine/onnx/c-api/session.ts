import type { EncodedModel } from "../model.ts";
import { Results, type Session } from "../session.ts";
import { type DeviceTensor, type HostTensor, isOnDevice, type Tensor } from "../tensors.ts";
import { cApi, made, type Pointer, pointerAt } from "./functions.ts";

/** A device as the C API names it. */
export interface CDevice {
  /** Describes its memory; see `memoryInfo`. */
  readonly memory: Pointer;
  /** Adds to the options of a session what chooses the device. */
  readonly configure: (options: Pointer) => void;
}

const FLOAT = 1;
const ERROR_LEVEL = 3;
const ALL_OPTIMISATIONS = 99;
const ARENA = 1;
const DEFAULT_MEMORY = 0;

/** Describes a kind of memory: `Cpu` or a name that a provider gave its own, of the device with that number. */
export function memoryInfo(name: string, index: number): Pointer {
  return made((out) => cApi().createMemoryInfo(name, ARENA, index, DEFAULT_MEMORY, out));
}

let environment: Pointer | undefined;

/** The process's one environment, which lasts as long as it does. */
export function theEnvironment(): Pointer {
  environment ??= made((out) => cApi().createEnv(ERROR_LEVEL, "atelier", out));
  return environment;
}

/** A tensor that one of these sessions left on its device. */
class CTensor implements DeviceTensor {
  readonly dims: readonly number[];
  readonly value: Pointer;

  constructor(dims: readonly number[], value: Pointer) {
    this.dims = dims;
    this.value = value;
  }

  free(): void {
    cApi().releaseValue(this.value);
  }
}

/**
 * A session through the runtime's C API, for devices on which its binding for Node keeps no tensors. Runs take this
 * thread's time, as the binding's do.
 */
export class CSession implements Session {
  readonly #session: Pointer;
  readonly #binding: Pointer;
  readonly #device: CDevice;
  readonly #outputs: EncodedModel["outputs"];
  readonly #onDevice: ReadonlySet<string>;

  static open(graph: EncodedModel, device: CDevice, onDevice: readonly string[]): CSession {
    const api = cApi();
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
        api.createSessionFromArray(theEnvironment(), model, model.length, options, out),
      );
      return new CSession(session, graph, device, onDevice);
    } finally {
      api.releaseSessionOptions(options);
    }
  }

  private constructor(session: Pointer, graph: EncodedModel, device: CDevice, onDevice: readonly string[]) {
    this.#session = session;
    this.#binding = made((out) => cApi().createIoBinding(session, out));
    this.#device = device;
    this.#outputs = graph.outputs;
    this.#onDevice = new Set(onDevice);
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, HostTensor>> = {},
  ): Promise<Results> {
    const api = cApi();
    const results = new Map<string, Tensor>();
    /** Views of the process's memory, which the runtime is done with after the run. */
    const views: Pointer[] = [];
    const viewOf = (tensor: HostTensor) => {
      const view = hostView(tensor);
      views.push(view);
      return view;
    };
    try {
      for (const [name, tensor] of Object.entries(feeds))
        api.bindInput(this.#binding, name, isOnDevice(tensor) ? (tensor as CTensor).value : viewOf(tensor));
      for (const { name, shape } of this.#outputs) {
        if (this.#onDevice.has(name)) {
          api.bindOutputToDevice(this.#binding, name, this.#device.memory);
          continue;
        }
        const tensor = into[name] ?? { dims: shape, data: new Float32Array(product(shape)) };
        api.bindOutput(this.#binding, name, viewOf(tensor));
        results.set(name, tensor);
      }
      api.runWithBinding(this.#session, null, this.#binding);
      this.#takeWhatIsOnDevice(results);
      return new Results(results);
    } finally {
      api.clearBoundInputs(this.#binding);
      api.clearBoundOutputs(this.#binding);
      for (const view of views) api.releaseValue(view);
    }
  }

  /** Outputs come in the order in which they were bound, each with a reference of its own. */
  #takeWhatIsOnDevice(results: Map<string, Tensor>): void {
    if (this.#onDevice.size === 0) return;
    const api = cApi();
    const [values, count]: [[Pointer | null], [number]] = [[null], [0]];
    api.getBoundOutputValues(this.#binding, defaultAllocator(), values, count);
    const list = values[0] as Pointer;
    for (const [i, { name, shape }] of this.#outputs.entries()) {
      const value = pointerAt(list, i);
      if (this.#onDevice.has(name)) results.set(name, new CTensor(shape, value));
      else api.releaseValue(value);
    }
    api.allocatorFree(defaultAllocator(), list);
  }

  async release(): Promise<void> {
    cApi().releaseIoBinding(this.#binding);
    cApi().releaseSession(this.#session);
  }
}

/** A tensor over numbers that lie in the process's memory. */
function hostView({ data, dims }: HostTensor): Pointer {
  const shape = BigInt64Array.from(dims, BigInt);
  return made((out) =>
    cApi().createTensorWithDataAsOrtValue(
      hostMemory(),
      data,
      data.byteLength,
      shape,
      shape.length,
      FLOAT,
      out,
    ),
  );
}

let host: Pointer | undefined;
function hostMemory(): Pointer {
  host ??= memoryInfo("Cpu", 0);
  return host;
}

let allocator: Pointer | undefined;
function defaultAllocator(): Pointer {
  allocator ??= made((out) => cApi().getAllocatorWithDefaultOptions(out));
  return allocator;
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}
