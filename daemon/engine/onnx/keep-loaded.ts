import { constants } from "node:os";
import { messageOf } from "../../../shared/errors.ts";
import { DeviceError } from "../device-error.ts";

/** dlopen's flag that a library stays loaded when it is closed; Node has no name for it. */
const RTLD_NODELETE = 0x1000;

/** Whether the system finds a library and all that it needs. */
export function isLoadable(library: string): boolean {
  return whyNotLoaded(library, constants.dlopen.RTLD_LAZY) === undefined;
}

/** Loads a library that is no addon: whoever asks for it by its name later gets this one. `remedy` ends the error. */
export function keepLoaded(library: string, remedy: string): void {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  const problem = whyNotLoaded(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (problem !== undefined) throw new DeviceError(`${library} cannot be loaded: ${problem}; ${remedy}`);
}

function whyNotLoaded(library: string, flags: number): string | undefined {
  try {
    process.dlopen({ exports: {} }, library, flags);
    return undefined;
  } catch (error) {
    // Node misses its own entry point in it, after it was loaded.
    return messageOf(error).includes("did not self-register") ? undefined : messageOf(error);
  }
}
