import { randomBytes } from "node:crypto";
import { UserError } from "../../shared/errors.ts";
import { MAX_FRAME_BYTES, MAX_REQUESTS_AT_ONCE } from "../../shared/protocol.ts";
import { isRepeatable, type RequestName } from "../../shared/requests.ts";

/** Half of what the daemon takes: it counts one until all of its answer is on its way. */
const MAX_ON_THEIR_WAY = MAX_REQUESTS_AT_ONCE / 2;

interface Pending {
  readonly id: number;
  readonly name: RequestName;
  readonly frame: string;
  /** Over this link or an earlier one. */
  wasSent: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Requests and who waits for their answers, whether there is a link or not. So many are on their way; the others follow
 * in order.
 */
export class PendingRequests {
  #nextId = 1;
  /** While there is a link. */
  #send: ((frame: string) => void) | undefined;
  readonly #onTheirWay = new Map<number, Pending>();
  #waiting: Pending[] = [];

  async ask(name: RequestName, params: unknown): Promise<unknown> {
    const id = this.#nextId++;
    const frame = JSON.stringify({ id, key: randomBytes(12).toString("hex"), request: name, params });
    const bytes = Buffer.byteLength(frame);
    if (bytes > MAX_FRAME_BYTES)
      throw new UserError(
        `the request "${name}" has ${bytes} bytes, and the daemon takes at most ${MAX_FRAME_BYTES}; give the recipe fewer changes`,
      );
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ id, name, frame, wasSent: false, resolve, reject });
      this.#sendNext();
    });
  }

  /** There is a link. What was on its way over the last one goes first. */
  link(send: (frame: string) => void): void {
    this.#send = send;
    this.#sendNext();
  }

  unlink(): void {
    this.#send = undefined;
    this.#waiting = [...this.#onTheirWay.values(), ...this.#waiting];
    this.#onTheirWay.clear();
  }

  /** Whoever asked, to be told the answer. */
  take(id: number): Pick<Pending, "resolve" | "reject"> | undefined {
    const pending = this.#onTheirWay.get(id);
    this.#onTheirWay.delete(id);
    this.#sendNext();
    return pending;
  }

  giveUp(error: Error): void {
    this.unlink();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Another daemon than the one that was asked does not know whether that one did it. */
  giveUpUnrepeatable(): void {
    this.#waiting = this.#waiting.filter(({ name, wasSent, reject }) => {
      if (!wasSent || isRepeatable(name)) return true;
      reject(
        new UserError(`the daemon ended before it answered to "${name}"; look whether that took effect`),
      );
      return false;
    });
  }

  #sendNext(): void {
    while (this.#send !== undefined && this.#onTheirWay.size < MAX_ON_THEIR_WAY) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.wasSent = true;
      this.#onTheirWay.set(next.id, next);
      this.#send(next.frame);
    }
  }
}
