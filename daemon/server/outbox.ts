import type { WebSocket } from "ws";
import { MAX_KEPT_BYTES } from "./events.ts";

/** So much goes at once; after it a ping has its turn, and the system says that there is room. */
const PIECE_BYTES = 64 << 10;
/** What may pile up without having been asked for: all that a client missed, and as much while that is on its way. */
export const MAX_UNASKED_BYTES = 2 * MAX_KEPT_BYTES;

interface Frame {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
  readonly isAsked: boolean;
  /** Called when all of it is on its way, or never will be. */
  readonly onGone: () => void;
}

/**
 * What waits to be sent to a peer. Large frames go in pieces, so that a slow link is not taken for a dead one while a
 * picture is on its way.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #waiting: Frame[] = [];
  /** Bytes of the frames that wait or are on their way. */
  #asked = 0;
  #unasked = 0;
  #isSending = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bytes(): number {
    return this.#asked + this.#unasked + this.#socket.bufferedAmount;
  }

  /** The peer does not read what it gets. */
  get isFull(): boolean {
    return this.#unasked + this.#socket.bufferedAmount > MAX_UNASKED_BYTES;
  }

  /** Of what was asked for, whoever adds it bounds how much there is. */
  async add(bytes: Buffer, { isAsked, isBinary = false }: { isAsked: boolean; isBinary?: boolean }) {
    await new Promise<void>((onGone) => {
      this.#waiting.push({ bytes, isBinary, isAsked, onGone });
      this.#count(isAsked, bytes.length);
      if (!this.#isSending) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      const { bytes, isBinary, isAsked, onGone } = frame;
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
        if (this.#socket.readyState !== this.#socket.OPEN) break;
        const fin = start + PIECE_BYTES >= bytes.length;
        // A link that is gone is told of by the socket itself.
        const sent = new Promise<void>((resolve) =>
          this.#socket.send(bytes.subarray(start, start + PIECE_BYTES), { binary: isBinary, fin }, () =>
            resolve(),
          ),
        );
        if (!fin || this.#socket.bufferedAmount > PIECE_BYTES) await sent;
      }
      this.#count(isAsked, -bytes.length);
      onGone();
    }
    this.#isSending = false;
  }

  #count(isAsked: boolean, by: number): void {
    if (isAsked) this.#asked += by;
    else this.#unasked += by;
  }
}
