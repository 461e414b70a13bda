import { EventEmitter } from "node:events";
import { WebSocket } from "ws";
import type { UserError } from "../../shared/errors.ts";
import { decodePictureFrame, type PictureFrame } from "../../shared/picture-frame.ts";
import { privacyProblem } from "../../shared/private-folder.ts";
import {
  type DaemonEvent,
  PROTOCOL_VERSION,
  type ServerFrame,
  serverFrameSchema,
} from "../../shared/protocol.ts";
import type { Params, RequestName, Result } from "../../shared/requests.ts";
import { type Address, HANDSHAKE_MS } from "./address.ts";
import {
  closeProblem,
  helloProblem,
  httpProblem,
  notUnderstood,
  RefusedByDaemonError,
  socketProblem,
  UnfitError,
  UnreachableError,
} from "./link-problems.ts";
import { PendingRequests } from "./pending-requests.ts";

/** What a frame of the daemon may have. */
const MAX_FRAME_BYTES = 64 << 20;
/** Waits before the tries to come back. */
const BACK_OFF_MS = [100, 250, 500, 1000, 2000, 5000] as const;
/** A link that is silent for so long, without even a ping, is dead. */
const SILENCE_MS = 40_000;

interface ConnectionEvents {
  event: [DaemonEvent];
  picture: [PictureFrame];
  /** Connected, for the first time or again; not `replayed`: events are missing, so ask for everything anew. */
  open: [{ replayed: boolean; paused: boolean; version: string }];
  /** There is no link; unless that is final, it is tried again. */
  lost: [{ problem: UserError; isFinal: boolean }];
}

/**
 * A link to the daemon that comes back by itself. A request that the link broke under is sent again with
 * the same key, so that it is carried out once; to another daemon, only one that it knows the key of.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly address: Address;
  #socket: WebSocket | undefined;
  #isOpen = false;
  /** Why there will be no link any more. */
  #end: UserError | undefined;
  #tries = 0;
  #isUnfit = false;
  #place: { stream: string; after: number } | null = null;
  #retry: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  readonly #requests = new PendingRequests();

  constructor(address: Address) {
    super();
    this.address = address;
  }

  /** Connects once. Throws an UnreachableError where there is no daemon, a UserError where it refuses us. */
  async open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.once("open", () => resolve());
      this.once("lost", ({ problem }) => reject(problem));
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
    if (this.#end !== undefined) throw this.#end;
    return (await this.#requests.ask(name, params)) as Result<N>;
  }

  close(): void {
    this.#end ??= new UnreachableError("the connection was closed");
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    this.#socket?.close(1000);
    // A peer that does not answer the close is not waited for.
    const socket = this.#socket;
    setTimeout(() => socket?.terminate(), 200).unref();
    this.#requests.giveUp(this.#end);
  }

  #connect(): void {
    const { url, options, folder } = this.address;
    const objection = folder === undefined ? undefined : privacyProblem(folder);
    if (objection !== undefined) return this.#lost(objection);
    const socket = new WebSocket(url, {
      ...options,
      perMessageDeflate: false,
      // One frame after the other: whoever waits for an answer must have taken it in before the events that follow.
      allowSynchronousEvents: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#socket = socket;
    let problem: UserError | undefined;
    const fail = (why: UserError) => {
      problem ??= why;
      socket.terminate();
    };
    socket.on("open", () => socket.send(JSON.stringify({ hello: PROTOCOL_VERSION, resume: this.#place })));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#watch(socket);
      let frame: ServerFrame | PictureFrame;
      try {
        frame = isBinary ? decodePictureFrame(data) : serverFrameSchema.parse(JSON.parse(data.toString()));
      } catch {
        return fail(notUnderstood(this.address));
      }
      if ("format" in frame) this.emit("picture", frame);
      // Of no request: it is the hello that was refused.
      else if ("error" in frame && frame.answer === null) fail(helloProblem(frame.error, this.address));
      else this.#receive(frame);
    });
    socket.on("ping", () => this.#watch(socket));
    socket.on("unexpected-response", (_request, { statusCode }) =>
      fail(httpProblem(statusCode, this.address)),
    );
    socket.on("error", (error) => fail(socketProblem(error, this.address)));
    socket.on("close", (code, said) =>
      this.#lost(problem ?? closeProblem(code, said.toString(), this.address)),
    );
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
      if (this.#place !== null && this.#place.stream !== stream) this.#requests.giveUpUnrepeatable();
      // Replayed events follow and count up from where they broke off.
      this.#place = { stream, after: replayed ? (this.#place?.after ?? sequence) : sequence };
      this.#isOpen = true;
      if (!this.#isUnfit) this.#tries = 0;
      this.#requests.link((one) => this.#socket?.send(one));
      this.emit("open", { replayed, paused, version });
    } else if ("event" in frame) {
      if (this.#place !== null) this.#place = { ...this.#place, after: frame.sequence };
      this.emit("event", frame.event);
    } else if (frame.answer !== null) {
      const asker = this.#requests.take(frame.answer);
      if ("error" in frame) asker?.reject(new RefusedByDaemonError(frame.error));
      else asker?.resolve(frame.result);
    }
  }

  #lost(problem: UserError): void {
    clearTimeout(this.#watchdog);
    this.#isOpen = false;
    this.#requests.unlink();
    if (this.#end !== undefined) return;
    const isFinal = problem instanceof RefusedByDaemonError;
    if (isFinal) this.#end = problem;
    else {
      const retryMs = BACK_OFF_MS[Math.min(this.#tries++, BACK_OFF_MS.length - 1)];
      this.#retry = setTimeout(() => this.#connect(), retryMs);
    }
    if (isFinal || problem instanceof UnfitError) {
      // Whoever waits is told, and the next link begins without what was missed.
      this.#isUnfit = true;
      this.#place = null;
      this.#requests.giveUp(problem);
    }
    this.emit("lost", { problem, isFinal });
  }
}
