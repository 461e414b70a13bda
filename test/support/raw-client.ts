import type { Socket } from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { type RequestName } from "../../shared/requests.ts";

export type Frame = Readonly<Record<string, unknown>>;

/** A client that says whatever it is told to, and nothing by itself. */
export class RawClient {
  readonly socket: WebSocket;
  /** Every text frame that came, in order. */
  readonly frames: Frame[] = [];
  /** Resolves with the code that the connection was closed with; 1006 where it just broke. */
  readonly closed: Promise<number>;
  #stream: Socket | undefined;
  #code: number | undefined;
  #read = 0;
  #wake = () => {};

  private constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on("upgrade", ({ socket }) => {
      this.#stream = socket;
    });
    this.socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.#wake();
    });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code) => {
        this.#code = code;
        this.#wake();
        resolve(code);
      });
    });
  }

  /** Connected, but still without a hello. */
  static async connect(url: string, options: ClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(url, options);
    await new Promise<void>((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("error", reject);
    });
    return client;
  }

  /** Connected and welcome. */
  static async open(
    url: string,
    resume: { stream: string; after: number } | null = null,
  ): Promise<RawClient> {
    const client = await RawClient.connect(url);
    client.send({ hello: PROTOCOL_VERSION, resume });
    await client.next((frame) => "welcome" in frame);
    return client;
  }

  /** The stream below the frames. */
  get stream(): Socket {
    if (this.#stream === undefined) throw new Error("not connected");
    return this.#stream;
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends a request and returns its answer's frame. */
  async ask(request: RequestName, params: unknown, id = 1, key?: string): Promise<Frame> {
    this.send({ id, ...(key !== undefined && { key }), request, params });
    return await this.next(({ answer }) => answer === id);
  }

  /** The next frame that is wanted; ones before it are passed over. Throws where the connection closes first. */
  async next(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++] as Frame;
        if (isWanted(frame)) return frame;
      }
      if (this.#code !== undefined) throw new Error(`closed with ${this.#code}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  terminate(): void {
    this.socket.terminate();
  }
}

/** The HTTP status of an attempt to connect; 101 where it succeeds. */
export async function upgradeStatus(url: string, options: ClientOptions = {}): Promise<number> {
  const socket = new WebSocket(url, options);
  return await new Promise((resolve, reject) => {
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("unexpected-response", (_request, { statusCode }) => {
      resolve(statusCode ?? 0);
      socket.terminate();
    });
    // Comes after every refusal too, and then changes nothing any more.
    socket.on("error", reject);
  });
}
