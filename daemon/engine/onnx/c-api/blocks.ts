import type { Pointer } from "./functions.ts";

/** Bytes to be copied between blocks of a device, or such a block and the process's memory. */
export interface Copy {
  readonly to: Pointer | Float32Array;
  readonly from: Pointer | Float32Array;
  readonly bytes: number;
}

/** A device's memory as its driver hands it out. */
export interface DeviceMemory {
  /** Throws where there is not so much. */
  allocate(bytes: number): Pointer;
  free(block: Pointer): void;
  /** Returns when all is done. */
  copy(copies: readonly Copy[]): void;
}

/**
 * Blocks of a device's memory for vectors, which are all of a few sizes: one that is free is taken again for the next
 * vector of its size. The runtime's own store of blocks is one for each session, so that what one session frees no
 * other can have.
 */
export class Blocks {
  readonly #memory: DeviceMemory;
  readonly #free = new Map<number, Pointer[]>();
  #users = 0;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  /** Whoever takes blocks says so, and when that is over: without anybody, what is free goes back to the driver. */
  enter(): void {
    this.#users++;
  }

  leave(): void {
    if (--this.#users === 0) this.trim();
  }

  take(bytes: number): Pointer {
    const known = this.#free.get(bytes)?.pop();
    if (known !== undefined) return known;
    try {
      return this.#memory.allocate(bytes);
    } catch (error) {
      if (!this.trim()) throw error;
      return this.#memory.allocate(bytes);
    }
  }

  giveBack(block: Pointer, bytes: number): void {
    const free = this.#free.get(bytes) ?? [];
    this.#free.set(bytes, free);
    free.push(block);
  }

  /** Gives all free blocks back to the driver; says whether there were any. */
  trim(): boolean {
    const free = [...this.#free.values()].flat();
    this.#free.clear();
    for (const block of free) this.#memory.free(block);
    return free.length > 0;
  }
}
