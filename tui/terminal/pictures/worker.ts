import { Worker } from "node:worker_threads";
import { programFile } from "../../../shared/programs.ts";
import type { Colours, PixelSize } from "../capabilities.ts";
import type { Area } from "./area.ts";

/** A picture as cells of text, to be drawn over what the same canvas showed before. */
export interface CellsTask {
  readonly canvas: number;
  readonly picture: Uint8Array;
  readonly area: Area;
  readonly cell: PixelSize;
  /** Nothing of what the canvas showed is left. */
  readonly isFresh: boolean;
  readonly isAscii: boolean;
}

export type Task =
  | { readonly kind: "cells"; readonly task: CellsTask }
  | { readonly kind: "forget"; readonly canvas: number }
  | { readonly kind: "jpeg"; readonly picture: Uint8Array };

export interface Request {
  readonly id: number;
  readonly task: Task;
}

export interface ThreadData {
  readonly colours: Colours;
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

/**
 * Decodes and scales pictures on a thread of its own, begun with the first one: the decoder alone takes longer
 * to load than a key may wait.
 */
export class PictureWorker {
  readonly #colours: Colours;
  #thread: Worker | undefined;
  #lastId = 0;
  readonly #awaited = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();

  constructor(colours: Colours) {
    this.#colours = colours;
  }

  async toCells(task: CellsTask): Promise<readonly string[]> {
    return (await this.#perform({ kind: "cells", task })) as readonly string[];
  }

  async toJpeg(picture: Uint8Array): Promise<Uint8Array> {
    return (await this.#perform({ kind: "jpeg", picture })) as Uint8Array;
  }

  /** The canvas shows nothing any more. */
  forget(canvas: number): void {
    const task: Task = { kind: "forget", canvas };
    this.#thread?.postMessage({ id: ++this.#lastId, task } satisfies Request);
  }

  /** Ends the thread, which would keep the process from ending. Pictures on their way are not waited for. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  async #perform(task: Task): Promise<unknown> {
    const id = ++this.#lastId;
    this.#thread ??= this.#start();
    return await new Promise((resolve, reject) => {
      this.#awaited.set(id, { resolve, reject });
      this.#thread?.postMessage({ id, task } satisfies Request);
    });
  }

  #start(): Worker {
    const thread = new Worker(programFile("picture-thread"), {
      execArgv: [],
      workerData: { colours: this.#colours } satisfies ThreadData,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    thread.on("message", (answer: Answer) => {
      const awaited = this.#awaited.get(answer.id);
      this.#awaited.delete(answer.id);
      if ("error" in answer) awaited?.reject(new Error(answer.error));
      else awaited?.resolve(answer.result);
    });
    const end = (reason: Error) => {
      // The next picture gets a new one.
      if (this.#thread === thread) this.#thread = undefined;
      for (const { reject } of this.#awaited.values()) reject(reason);
      this.#awaited.clear();
    };
    thread.on("error", end);
    thread.on("exit", () => end(new Error("the thread for pictures has ended")));
    // Only now: a listener would hold up the process's end again.
    thread.unref();
    return thread;
  }
}
