import type { WebSocket } from "ws";
import { MAX_FRAME_BYTES } from "../../shared/protocol.ts";

/** So much goes at once; after it a ping has its turn, and the system says that there is room. */
const PIECE_BYTES = 64 << 10;
/** What may wait; large frames, of which one picture may be more than that, have room of their own. */
const MAX_SMALL_BYTES = 4 * MAX_FRAME_BYTES;
const MAX_LARGE_BYTES = 128 * MAX_FRAME_BYTES;

interface Frame {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/**
 * What waits to be sent to a peer. Large frames go in pieces, so that a slow link is not taken for a dead one while a
 * picture is on its way.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #waiting: Frame[] = [];
  /** Bytes of the frames that wait or are on their way: of small ones, and of those that go in pieces. */
  #small = 0;
  #large = 0;
  #isSending = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bytes(): number {
    return this.#small + this.#large + this.#socket.bufferedAmount;
  }

  /** The peer does not read what it gets. */
  get isFull(): boolean {
    return this.#small + this.#socket.bufferedAmount > MAX_SMALL_BYTES || this.#large > MAX_LARGE_BYTES;
  }

  add(bytes: Buffer, isBinary: boolean): void {
    this.#waiting.push({ bytes, isBinary });
    this.#count(bytes, bytes.length);
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      const { bytes, isBinary } = frame;
      if (bytes.length <= PIECE_BYTES) this.#socket.send(bytes, { binary: isBinary });
      else await this.#sendInPieces(bytes, isBinary);
      this.#count(bytes, -bytes.length);
    }
    this.#isSending = false;
  }

  async #sendInPieces(bytes: Buffer, isBinary: boolean): Promise<void> {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      const fin = start + PIECE_BYTES >= bytes.length;
      // A link that is gone is told of by the socket itself.
      await new Promise<void>((resolve) =>
        this.#socket.send(piece, { binary: isBinary, fin }, () => resolve()),
      );
    }
  }

  #count({ length }: Buffer, by: number): void {
    if (length > PIECE_BYTES) this.#large += by;
    else this.#small += by;
  }
}
