import { randomBytes } from "node:crypto";
import type { DaemonEvent } from "../../shared/protocol.ts";

/** Events kept for clients that come back: so many, and no more than so many bytes. */
export const MAX_EVENTS = 2000;
export const MAX_KEPT_BYTES = 8 << 20;

/** Numbers all events of this daemon's life and replays the newest to who missed them. */
export class EventLog {
  /** Another life, another stream: numbers of an earlier daemon mean nothing here. */
  readonly stream = randomBytes(8).toString("hex");
  #sequence = 0;
  #bytes = 0;
  readonly #frames: Buffer[] = [];

  get sequence(): number {
    return this.#sequence;
  }

  /** The event's frame, encoded once for all clients. */
  add(event: DaemonEvent): Buffer {
    const frame = Buffer.from(JSON.stringify({ sequence: ++this.#sequence, event }));
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#frames.length > MAX_EVENTS || this.#bytes > MAX_KEPT_BYTES)
      this.#bytes -= this.#frames.shift()?.length ?? 0;
    return frame;
  }

  /** The frames after a number, or undefined where they are no longer all there. */
  after(stream: string, sequence: number): readonly Buffer[] | undefined {
    const missed = this.#sequence - sequence;
    if (stream !== this.stream || missed < 0 || missed > this.#frames.length) return undefined;
    return missed === 0 ? [] : this.#frames.slice(-missed);
  }
}
