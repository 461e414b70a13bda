import type { IPty } from "@lydell/node-pty";

const TICK_MS = 10;
/** As much as waits in the link itself before it takes no more. */
const LINK_BYTES = 8192;

export interface LinkSpeed {
  readonly bytesPerSecond: number;
  /** From one end to the other; each way. */
  readonly delayMs: number;
}

/** A slow line between a pseudo-terminal and the terminal that a person sits at. */
export class SlowLink {
  readonly #pty: IPty;
  readonly #delayMs: number;
  readonly #timer: NodeJS.Timeout;
  #waiting = Buffer.alloc(0);

  /** `deliver` is called with what arrives at the terminal. */
  constructor(pty: IPty, { bytesPerSecond, delayMs }: LinkSpeed, deliver: (data: Buffer) => void) {
    this.#pty = pty;
    this.#delayMs = delayMs;
    pty.onData((data) => {
      this.#waiting = Buffer.concat([this.#waiting, Buffer.from(data)]);
      if (this.#waiting.length > LINK_BYTES) pty.pause();
    });
    this.#timer = setInterval(() => {
      const passed = this.#waiting.subarray(0, (bytesPerSecond * TICK_MS) / 1000);
      this.#waiting = this.#waiting.subarray(passed.length);
      if (this.#waiting.length <= LINK_BYTES) pty.resume();
      if (passed.length > 0) setTimeout(() => deliver(passed), delayMs);
    }, TICK_MS);
  }

  /** The other way only the delay counts. */
  write(keys: string): void {
    setTimeout(() => this.#pty.write(keys), this.#delayMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
