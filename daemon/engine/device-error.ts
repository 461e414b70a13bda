import { messageOf, UserError } from "../../shared/errors.ts";

/** A device does not work, or not any more. */
export class DeviceError extends UserError {
  override name = "DeviceError";
}

/** Memory that ran out in the midst of work, in the words of the libraries that compute. */
const OUT_OF_MEMORY =
  /out of memory|failed to allocate|bad.?alloc|alloc(ation)?[ _]failed|allocate memory|OOM when allocating|OUT_OF_DEVICE_MEMORY|exceeds the max buffer size|invalid buffer/i;

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof DeviceError) return OUT_OF_MEMORY.test(`${error.message} ${messageOf(error.cause)}`);
  return !(error instanceof UserError) && OUT_OF_MEMORY.test(messageOf(error));
}
