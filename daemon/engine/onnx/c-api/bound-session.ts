import type { EncodedModel } from "../model.ts";
import { cApi, made, type Pointer } from "./functions.ts";
import type { Place } from "./tensors.ts";

/** A device as the C API names it. */
export interface CDevice extends Place {
  /** Adds to the options of a session what chooses the device. */
  readonly configure: (options: Pointer) => void;
}

const ERROR_LEVEL = 3;
const ALL_OPTIMISATIONS = 99;

let theOne: Pointer | undefined;

/** The process's one environment, which lasts as long as it does. */
function theEnvironment(): Pointer {
  theOne ??= made((out) => cApi().createEnv(ERROR_LEVEL, "atelier", out));
  return theOne;
}

/** One of the runtime's sessions, with what its inputs and outputs are bound to. Counts as a user of its device's blocks. */
export class BoundSession {
  readonly device: CDevice;
  readonly #session: Pointer;
  readonly #binding: Pointer;

  constructor({ model, externalData }: EncodedModel, device: CDevice) {
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
      if (externalData.length > 0)
        api.addExternalInitializersFromFilesInMemory(
          options,
          externalData.map(({ path }) => path),
          externalData.map(({ data }) => data),
          externalData.map(({ data }) => data.length),
          externalData.length,
        );
      this.#session = made((out) =>
        api.createSessionFromArray(environment, model, model.length, options, out),
      );
    } finally {
      api.releaseSessionOptions(options);
    }
    try {
      this.#binding = made((out) => api.createIoBinding(this.#session, out));
    } catch (error) {
      api.releaseSession(this.#session);
      throw error;
    }
    this.device = device;
    device.blocks.enter();
  }

  bindInput(name: string, value: Pointer): void {
    cApi().bindInput(this.#binding, name, value);
  }

  bindOutput(name: string, value: Pointer): void {
    cApi().bindOutput(this.#binding, name, value);
  }

  unbind(): void {
    cApi().clearBoundInputs(this.#binding);
    cApi().clearBoundOutputs(this.#binding);
  }

  /** Takes this thread's time, as the binding's runs do; returns when the device has done it. */
  run(): void {
    cApi().runWithBinding(this.#session, null, this.#binding);
  }

  release(): void {
    cApi().releaseIoBinding(this.#binding);
    cApi().releaseSession(this.#session);
    this.device.blocks.leave();
  }
}
