import { codeOf, UserError } from "../../shared/errors.ts";
import type { ErrorCode } from "../../shared/protocol.ts";
import type { Address } from "./address.ts";

/** Why there is no link where no daemon is. */
export const NO_DAEMON = "no daemon is running here; start one with: atelier up";

/** What the daemon refused, with its reason. */
export class RefusedByDaemonError extends UserError {
  override name = "RefusedByDaemonError";
  readonly code: ErrorCode;

  constructor({ code, message }: { code: ErrorCode; message: string }) {
    super(message);
    this.code = code;
  }
}

/** No daemon answers, or the link broke and did not come back. */
export class UnreachableError extends UserError {
  override name = "UnreachableError";
}

/** One side does not take what the other sent: the same again, over another link, would go no better. */
export class UnfitError extends UserError {
  override name = "UnfitError";
}

/** The hello was refused. A daemon of another version is still one that can be ended. */
export function helloProblem(
  { code, message }: { code: ErrorCode; message: string },
  { isLocal }: Address,
): RefusedByDaemonError {
  const remedy = code === "version" && isLocal ? "; to end this daemon: atelier down" : "";
  return new RefusedByDaemonError({ code, message: `${message}${remedy}` });
}

/** What came and is no frame of this protocol. */
export function notUnderstood({ name }: Address): UnfitError {
  return new UnfitError(`${name}: what the daemon sends is not understood; is it of another version?`);
}

/** What the socket says when there is no link, or none any more. */
export function socketProblem(error: Error, address: Address): UserError {
  const code = codeOf(error);
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
    return new UnfitError(
      `${address.name}: the daemon's answer is too large; ask for fewer jobs, as by: atelier list --limit 20`,
    );
  if (code?.startsWith("WS_ERR_")) return notUnderstood(address);
  return new UnreachableError(describe(error, address));
}

function describe(error: Error, { name, isLocal }: Address): string {
  // The one error of the WebSocket library that has no code.
  if (error.message === "Opening handshake has timed out")
    return isLocal
      ? "the daemon does not answer; atelier logs says what it did last, and which process (pid) to end if it hangs"
      : `${name}: nothing there answers as a daemon`;
  switch (codeOf(error)) {
    case "ENOENT":
    case "ECONNREFUSED":
      return isLocal ? NO_DAEMON : `nobody listens on ${name}; there, run: atelier up --listen HOST:PORT`;
    case "ENOTDIR":
      return `${name}: a part of this path is no folder; set another ATELIER_HOME`;
    case "EACCES":
      return `${name}: permission is denied; it belongs to somebody else`;
    case "EPROTO":
      return `${name}: what listens there speaks no TLS; a daemon has it with --tls-cert, or reach it without: ws://`;
    case "ECONNRESET":
      return `${name}: it hung up${isLocal ? "" : "; a daemon that has a certificate is reached with: wss://"}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${name}: there is no host of that name`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `${name}: nobody that this machine trusts signed its certificate; if you do, give it with --ca FILE`;
    default:
      return `${name}: ${error.message}`;
  }
}

/** An answer in HTTP in place of a link. */
export function httpProblem(status: number | undefined, { name }: Address): UserError {
  const why = () => {
    switch (status) {
      case 401:
        return "the token is not the daemon's; give its file with --token-file";
      case 403:
        return "the daemon does not know this host name; add it there with: atelier up --host NAME";
      case 503:
        return "the daemon has too many clients";
      default:
        return `no daemon answers there (HTTP ${status})`;
    }
  };
  return new UserError(`${name}: ${why()}`);
}

/** The daemon closed the link. */
export function closeProblem(code: number, said: string, { name }: Address): UserError {
  switch (code) {
    case 1009:
      return new UnfitError(`${name}: a request was larger than the daemon takes`);
    case 1002:
    case 1007:
    case 1008:
      return new UnfitError(`${name}: the daemon does not understand this client: ${said || `code ${code}`}`);
    default:
      return new UnreachableError(said || "the daemon went away");
  }
}
