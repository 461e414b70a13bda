import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { WebSocket } from "ws";
import { codeOf, UserError } from "../../shared/errors.ts";
import { decodePictureFrame, type PictureFrame } from "../../shared/picture-frame.ts";
import {
  type DaemonEvent,
  type ErrorCode,
  PROTOCOL_VERSION,
  type ServerFrame,
  serverFrameSchema,
} from "../../shared/protocol.ts";
import { isRepeatable, type Params, type RequestName, type Result } from "../../shared/requests.ts";
import type { Address } from "./address.ts";

const MAX_FRAME_BYTES = 64 << 20;
/** Waits before the tries to come back. */
const BACK_OFF_MS = [100, 250, 500, 1000, 2000, 5000] as const;
/** A link that is silent for so long, without even a ping, is dead. */
const SILENCE_MS = 40_000;

/** Why there is no link where no daemon is. */
export const NO_DAEMON = "no daemon is running here; start one with: atelier up";

/** What the daemon refused, with its reason. */
export class RefusedByDaemonError extends UserError {
  override name = "RefusedByDaemonError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** No daemon answers, or the link broke and did not come back. */
export class UnreachableError extends UserError {
  override name = "UnreachableError";
}

interface Pending {
  readonly id: number;
  readonly name: RequestName;
  isSent: boolean;
  readonly frame: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface ConnectionEvents {
  event: [DaemonEvent];
  picture: [PictureFrame];
  /** Connected, for the first time or again; not `replayed`: events are missing, so ask for everything anew. */
  open: [{ replayed: boolean; paused: boolean; version: string }];
  /** The link is gone; the next try begins after so many milliseconds. */
  lost: [{ reason: string; retryMs: number }];
}

/**
 * A link to the daemon that comes back by itself. A request that the link broke under is sent again with
 * the same key, so that it is carried out once; to another daemon, only one that it knows the key of.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly address: Address;
  #socket: WebSocket | undefined;
  #isOpen = false;
  #isClosed = false;
  #tries = 0;
  #nextId = 1;
  #place: { stream: string; after: number } | null = null;
  #retry: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #refusal: Error | undefined;
  #isMisunderstood = false;
  readonly #pending = new Map<number, Pending>();

  constructor(address: Address) {
    super();
    this.address = address;
  }

  /** Connects once. Throws an UnreachableError where there is no daemon, a UserError where it refuses us. */
  async open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.once("open", () => resolve());
      this.once("lost", ({ reason }) => reject(this.#refusal ?? new UnreachableError(reason)));
    });
    this.#connect();
    try {
      await opened;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Connects whenever there is a daemon, and stays. */
  start(): void {
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Asks the daemon for something and waits until it has taken effect. */
  async request<N extends RequestName>(name: N, params: Params<N>): Promise<Result<N>> {
    if (this.#isClosed) throw new UnreachableError("the connection is closed");
    const id = this.#nextId++;
    const key = randomBytes(12).toString("hex");
    const frame = JSON.stringify({ id, key, request: name, params });
    return (await new Promise<unknown>((resolve, reject) => {
      const pending = { id, name, frame, isSent: false, resolve, reject };
      this.#pending.set(id, pending);
      if (this.#isOpen) this.#send(pending);
    })) as Result<N>;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    this.#socket?.close(1000);
    // A peer that does not answer the close is not waited for.
    const socket = this.#socket;
    setTimeout(() => socket?.terminate(), 200).unref();
    for (const { reject } of this.#pending.values())
      reject(new UnreachableError("the connection was closed"));
    this.#pending.clear();
  }

  #connect(): void {
    const { url, options } = this.address;
    const socket = new WebSocket(url, {
      ...options,
      perMessageDeflate: false,
      // One frame after the other: whoever waits for an answer must have taken it in before the events that follow.
      allowSynchronousEvents: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: 10_000,
    });
    this.#socket = socket;
    let reason = "";
    socket.on("open", () => socket.send(JSON.stringify({ hello: PROTOCOL_VERSION, resume: this.#place })));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#watch(socket);
      let frame: ServerFrame | PictureFrame;
      try {
        frame = isBinary ? decodePictureFrame(data) : serverFrameSchema.parse(JSON.parse(data.toString()));
      } catch {
        reason = "what the daemon sends is not understood; is it of another version?";
        this.#giveUp(new UserError(`${this.address.name}: ${reason}`));
        return socket.terminate();
      }
      if ("format" in frame) this.emit("picture", frame);
      else this.#receive(frame);
    });
    socket.on("ping", () => this.#watch(socket));
    socket.on("unexpected-response", (_request, { statusCode }) => {
      reason = describeRefusal(statusCode);
      this.#refusal = new UserError(`${this.address.name}: ${reason}`);
      socket.terminate();
    });
    socket.on("error", (error) => {
      reason ||= describeProblem(error, this.address);
    });
    socket.on("close", (_code, said) => this.#lost(reason || said.toString() || "the daemon went away"));
    this.#watch(socket);
  }

  #watch(socket: WebSocket): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => socket.terminate(), SILENCE_MS);
    this.#watchdog.unref();
  }

  #receive(frame: ServerFrame): void {
    if ("welcome" in frame) {
      const { stream, sequence, replayed, paused, version } = frame;
      if (this.#place !== null && this.#place.stream !== stream) this.#giveUpUnrepeatable();
      // Replayed events follow and count up from where they broke off.
      this.#place = { stream, after: replayed ? (this.#place?.after ?? sequence) : sequence };
      this.#isOpen = true;
      if (!this.#isMisunderstood) this.#tries = 0;
      for (const pending of this.#pending.values()) this.#send(pending);
      this.emit("open", { replayed, paused, version });
    } else if ("event" in frame) {
      if (this.#place !== null) this.#place = { ...this.#place, after: frame.sequence };
      this.emit("event", frame.event);
    } else this.#answer(frame);
  }

  /** No other try would go better: whoever waits is told, and the next link begins without what was missed. */
  #giveUp(refusal: Error): void {
    this.#refusal = refusal;
    this.#isMisunderstood = true;
    this.#place = null;
    for (const { reject } of this.#pending.values()) reject(refusal);
    this.#pending.clear();
  }

  #send(pending: Pending): void {
    pending.isSent = true;
    this.#socket?.send(pending.frame);
  }

  /** Another daemon than the one that was asked does not know whether that one did it. */
  #giveUpUnrepeatable(): void {
    for (const { id, name, isSent, reject } of this.#pending.values())
      if (isSent && !isRepeatable(name)) {
        this.#pending.delete(id);
        reject(
          new UserError(`the daemon ended before it answered to "${name}"; look whether that took effect`),
        );
      }
  }

  #answer(
    frame:
      | { answer: number; result?: unknown }
      | { answer: number | null; error: { code: ErrorCode; message: string } },
  ): void {
    if ("error" in frame) {
      const error = new RefusedByDaemonError(frame.error.code, frame.error.message);
      if (frame.answer === null) this.#refusal = error;
      else this.#take(frame.answer)?.reject(error);
    } else this.#take(frame.answer)?.resolve(frame.result);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #lost(reason: string): void {
    clearTimeout(this.#watchdog);
    this.#isOpen = false;
    if (this.#isClosed) return;
    const retryMs = BACK_OFF_MS[Math.min(this.#tries++, BACK_OFF_MS.length - 1)] ?? 5000;
    this.#retry = setTimeout(() => this.#connect(), retryMs);
    this.emit("lost", { reason, retryMs });
  }
}

function describeProblem(error: Error, { name, isLocal }: Address): string {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ECONNREFUSED":
      return isLocal ? NO_DAEMON : `nobody listens on ${name}; there, run: atelier up --listen HOST:PORT`;
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

function describeRefusal(status: number | undefined): string {
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
}
