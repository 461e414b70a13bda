import { constants } from "node:os";
import { messageOf } from "../../../shared/errors.ts";
import { DeviceError } from "../device-error.ts";

/** dlopen's flag that a library stays loaded when it is closed; Node has no name for it. */
const RTLD_NODELETE = 0x1000;

/** Whether the system finds a library by its name. What is found stays loaded. */
export function isLoadable(library: string): boolean {
  try {
    keepLoaded(library, "");
    return true;
  } catch {
    return false;
  }
}

/** Loads a library that is no addon: whoever asks for it by its name later gets this one. `remedy` ends the error. */
export function keepLoaded(library: string, remedy: string): void {
  try {
    process.dlopen(
      { exports: {} },
      library,
      constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE,
    );
  } catch (error) {
    // Node misses its own entry point in it, after it was loaded.
    if (!messageOf(error).includes("did not self-register"))
      throw new DeviceError(`${library} cannot be loaded: ${messageOf(error)}; ${remedy}`);
  }
}
