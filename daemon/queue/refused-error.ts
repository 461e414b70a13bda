import type { ErrorCode } from "../../shared/protocol.ts";

/** A request that cannot be granted, with the code that its sender gets. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
