import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startBenched } from "../bench/daemon/process.ts";
import { addParams, socketOf } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { RawClient } from "../support/raw-client.ts";
import { smallRecipe } from "../support/recipes.ts";
import { type Malformed, malformed } from "./malformed.ts";

const LANES = 8;
/** A frame that got nothing in return for so long was ignored. */
const SILENCE_MS = 10_000;

export interface FrameStormOptions {
  readonly folder: string;
  readonly frames: number;
  readonly seed: number;
  /** Time given to get within `allowedMegabytes` of the memory before. */
  readonly settleSeconds: number;
  readonly allowedMegabytes: number;
  readonly onProgress?: (text: string) => void;
}

export interface FrameStormReport {
  readonly frames: number;
  readonly seconds: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Answers by their error's code, `result` where there was nothing to refuse. */
  readonly answers: Readonly<Record<string, number>>;
  /** Connections that the daemon closed, by code. */
  readonly closes: Readonly<Record<string, number>>;
  /** Frames that were neither answered nor led to a close with a code. */
  readonly ignored: readonly string[];
  /** Frames that the daemon took for a fault of its own. */
  readonly internal: readonly string[];
  readonly isAlive: boolean;
  readonly workerRestarts: number;
  /** Connections that the daemon still counts besides the one that asks. */
  readonly clientsLeft: number;
  readonly rssMegabytes: { readonly before: number; readonly rightAfter: number; readonly after: number };
  readonly loopDelayP999Ms: number;
}

/** Sends malformed frames over several connections, one at a time on each, and counts what comes back. */
export async function frameStorm(options: FrameStormOptions): Promise<FrameStormReport> {
  const { folder, frames, seed, settleSeconds, allowedMegabytes, onProgress = () => {} } = options;
  const home = join(folder, "home");
  await using daemon = await startBenched(home, ["--paused"]);
  const { client, child } = daemon;
  const recipe = smallRecipe(await smallPictures(folder), { iterations: 2 });
  const { id: job } = await client.request("add", addParams(recipe, { held: true }));
  const megabytes = () => daemon.rssBytes() / 1e6;
  await setTimeout(1000);
  const before = megabytes();
  const began = performance.now();
  const tally = new Tally();
  let sent = 0;
  const lane = async () => {
    const attacker = new Attacker(`ws+unix://${socketOf(home)}:/`, tally);
    while (sent < frames && child.exitCode === null) {
      if (sent % 10_000 === 0) onProgress(`${sent} of ${frames} frames, ${megabytes().toFixed(0)} MB`);
      await attacker.send(malformed(seed, sent++, job));
    }
    await attacker.leave();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - began) / 1000;
  const rightAfter = megabytes();
  // Asked now: the quiet that follows would hide what the frames did.
  const { loopDelayP999Ms } = await client.request("status", {});
  // The engine gives memory back when it finds the time, a minute or two after it was busy.
  const deadline = performance.now() + 1000 * settleSeconds;
  while (megabytes() - before > allowedMegabytes && performance.now() < deadline) await setTimeout(500);
  const after = megabytes();
  const { workers, clients, pid } = await client.request("status", {});
  return {
    frames: sent,
    seconds,
    ...tally.counts(),
    isAlive: child.exitCode === null && pid === child.pid,
    workerRestarts: workers[0]?.restarts ?? 0,
    clientsLeft: clients - 1,
    rssMegabytes: { before, rightAfter, after },
    loopDelayP999Ms,
  };
}

class Tally {
  readonly #kinds = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #closes = new Map<string, number>();
  readonly #ignored: string[] = [];
  readonly #internal: string[] = [];

  noteSent({ kind }: Malformed): void {
    increment(this.#kinds, kind);
  }

  noteAnswer(frame: Malformed, code: string): void {
    increment(this.#answers, code);
    if (code === "internal") this.#internal.push(excerpt(frame));
  }

  noteClose(frame: Malformed, code: number): void {
    increment(this.#closes, String(code));
    // What a client sees of a connection that broke without a word.
    if (code === 1006) this.#ignored.push(excerpt(frame));
  }

  counts() {
    return {
      kinds: Object.fromEntries(this.#kinds),
      answers: Object.fromEntries(this.#answers),
      closes: Object.fromEntries(this.#closes),
      ignored: this.#ignored,
      internal: this.#internal,
    };
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function excerpt({ kind, data }: Malformed): string {
  return `${kind}: ${data.toString().slice(0, 500)}`;
}

/** One connection, made again whenever the daemon closes it. */
class Attacker {
  readonly #url: string;
  readonly #tally: Tally;
  #client: RawClient | undefined;

  constructor(url: string, tally: Tally) {
    this.#url = url;
    this.#tally = tally;
  }

  async send(frame: Malformed): Promise<void> {
    if (frame.isFirst) await this.leave();
    this.#client ??= await (frame.isFirst ? RawClient.connect(this.#url) : RawClient.open(this.#url));
    const client = this.#client;
    this.#tally.noteSent(frame);
    if (frame.as === "wire") client.stream.write(frame.data);
    else client.socket.send(frame.data, { binary: frame.as === "binary" });
    const patience = globalThis.setTimeout(() => client.terminate(), SILENCE_MS);
    const answer = await client.next((one) => "answer" in one).catch(() => undefined);
    if (answer !== undefined)
      this.#tally.noteAnswer(frame, (answer["error"] as { code: string } | undefined)?.code ?? "result");
    // Without a hello nothing goes on, whatever was answered.
    if (answer === undefined || frame.isFirst) {
      this.#tally.noteClose(frame, await client.closed);
      this.#client = undefined;
    }
    clearTimeout(patience);
  }

  async leave(): Promise<void> {
    this.#client?.socket.close();
    await this.#client?.closed;
    this.#client = undefined;
  }
}
