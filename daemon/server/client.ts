import type { WebSocket } from "ws";
import { describeIssues } from "../../shared/issue-words.ts";
import {
  type ErrorCode,
  helloSchema,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_AT_ONCE,
  PROTOCOL_VERSION,
  requestSchema,
  versionRefusal,
  versionSchema,
} from "../../shared/protocol.ts";
import { REQUESTS, type RequestName } from "../../shared/requests.ts";
import { Gate } from "../gate.ts";
import type { EventLog } from "./events.ts";
import { Outbox } from "./outbox.ts";
import { parseFrame } from "./parse-frame.ts";

/** Above this a client is behind, and gets no pictures until it has caught up. */
const PREVIEW_BACKLOG_BYTES = MAX_FRAME_BYTES / 4;
/** Of each that changes nothing: their answers may be large, as those of pictures are. */
export const MAX_OF_A_KIND_AT_ONCE = 2;
/** After so many faulty frames in a row a peer is taken to be no client at all. */
export const MAX_FAULTS = 8;
export const HELLO_MS = 10_000;

/** Answers a request; throws what its sender is to be told. */
export type Handle = (
  name: RequestName,
  params: unknown,
  key: string | undefined,
  client: Client,
) => Promise<unknown>;

export interface ClientOptions {
  readonly log: EventLog;
  readonly handle: Handle;
  /** An error as the client is told of it. */
  readonly explain: (error: unknown) => { code: ErrorCode; message: string };
  /** What the welcome says besides the place in the stream of events. */
  readonly welcome: () => { version: string; paused: boolean };
  readonly onClose: () => void;
}

/** One connection. */
export class Client {
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #options: ClientOptions;
  #isWelcome = false;
  #inFlight = 0;
  readonly #kinds = new Map<RequestName, Gate>();
  #faults = 0;
  /** Cleared at every ping, set by the pong. */
  #isAlive = true;

  constructor(socket: WebSocket, options: ClientOptions) {
    this.#socket = socket;
    this.#outbox = new Outbox(socket);
    this.#options = options;
    const silence = setTimeout(() => this.close(1002, "no hello"), HELLO_MS);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      clearTimeout(silence);
      if (isBinary) return this.close(1003, "binary frames are not understood");
      this.#receive(data);
    });
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // A malformed frame or a broken link: ws closes with the right code by itself.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(silence);
      options.onClose();
    });
  }

  /** Events are never dropped; who does not read them at all is disconnected. */
  sendEvent(frame: Buffer): void {
    if (this.#isWelcome) this.#send(frame);
  }

  /** False where the client is behind and the picture was dropped. */
  sendPreview(frame: Buffer): boolean {
    if (this.#outbox.bytes > PREVIEW_BACKLOG_BYTES) return false;
    void this.#outbox.add(frame, { isAsked: true, isBinary: true });
    return true;
  }

  ping(): void {
    if (!this.#isAlive) return this.terminate();
    this.#isAlive = false;
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #receive(frame: Buffer): void {
    let json: unknown;
    try {
      json = parseFrame(frame);
    } catch {
      return this.close(1007, "a frame is not JSON, or nested too deeply");
    }
    if (!this.#isWelcome) return this.#welcome(json);
    const request = requestSchema.safeParse(json);
    if (!request.success) return this.#refuseFrame(idOf(json), describeIssues(request.error));
    const { id, key, request: name, params } = request.data;
    const checked = REQUESTS[name].params.safeParse(params);
    if (!checked.success) return this.#refuseFrame(id, `${name}: ${describeIssues(checked.error)}`);
    this.#faults = 0;
    if (this.#inFlight >= MAX_REQUESTS_AT_ONCE)
      return this.#fail(id, "refused", `more than ${MAX_REQUESTS_AT_ONCE} requests at once`);
    void this.#inTurn(name, async () => {
      const answer = await this.#options
        .handle(name, checked.data, key, this)
        .then((result) => encode({ answer: id, result }))
        .catch((error: unknown) => encode({ answer: id, error: this.#options.explain(error) }));
      await this.#outbox.add(answer, { isAsked: true });
    });
  }

  /** `answer` ends when the answer is on its way: only then there is room for another. */
  async #inTurn(name: RequestName, answer: () => Promise<void>): Promise<void> {
    this.#inFlight++;
    if (REQUESTS[name].changes) await answer();
    else {
      const gate = this.#kinds.get(name) ?? new Gate(MAX_OF_A_KIND_AT_ONCE);
      this.#kinds.set(name, gate);
      // Who has left meanwhile wants to know nothing more.
      await gate.through(async () => this.#isOpen && (await answer()));
    }
    this.#inFlight--;
  }

  #welcome(json: unknown): void {
    const { data: client } = versionSchema.safeParse(json);
    if (client !== undefined && client.hello !== PROTOCOL_VERSION) {
      this.#fail(null, "version", versionRefusal(client.hello));
      return this.close(1002, "protocol version");
    }
    const hello = helloSchema.safeParse(json);
    if (!hello.success) {
      this.#fail(null, "malformed", `hello: ${describeIssues(hello.error)}`);
      return this.close(1002, "the first frame must be a hello");
    }
    const { resume } = hello.data;
    const { log } = this.#options;
    const missed = resume === null ? undefined : log.after(resume.stream, resume.after);
    this.#isWelcome = true;
    this.#sendJson({
      welcome: PROTOCOL_VERSION,
      stream: log.stream,
      sequence: log.sequence,
      replayed: missed !== undefined,
      ...this.#options.welcome(),
    });
    for (const frame of missed ?? []) this.#send(frame);
  }

  #refuseFrame(id: number | null, message: string): void {
    this.#fail(id, "malformed", message.slice(0, 2000));
    if (++this.#faults > MAX_FAULTS) this.close(1008, "too many malformed frames");
  }

  #fail(id: number | null, code: ErrorCode, message: string): void {
    this.#sendJson({ answer: id, error: { code, message } });
  }

  #sendJson(frame: unknown): void {
    this.#send(encode(frame));
  }

  /** A client that lets too much pile up does not read and is let go; it can come back and get all it missed. */
  #send(frame: Buffer): void {
    if (this.#outbox.isFull) this.terminate();
    else if (this.#isOpen) void this.#outbox.add(frame, { isAsked: false });
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }
}

function encode(frame: unknown): Buffer {
  return Buffer.from(JSON.stringify(frame));
}

function idOf(json: unknown): number | null {
  return typeof json === "object" && json !== null && "id" in json && typeof json.id === "number"
    ? json.id
    : null;
}
