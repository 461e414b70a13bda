import { type DeviceTensor, type HostTensor, isOnDevice, type Tensor } from "../tensors.ts";
import type { Blocks, DeviceMemory } from "./blocks.ts";
import { cApi, made, type Pointer } from "./functions.ts";

const FLOAT = 1;
const FLOAT_BYTES = 4;
const ARENA = 1;
const DEFAULT_MEMORY = 0;

/** Describes a kind of memory: `Cpu` or a name that a provider gave its own, of the device with that number. */
export function memoryInfo(name: string, index: number): Pointer {
  return made((out) => cApi().createMemoryInfo(name, ARENA, index, DEFAULT_MEMORY, out));
}

/** A device's memory: how the runtime knows it (see `memoryInfo`), its driver, and the blocks taken from there. */
export interface Place {
  readonly info: Pointer;
  readonly memory: DeviceMemory;
  readonly blocks: Blocks;
}

/** A tensor in a device's memory. */
export class CTensor implements DeviceTensor {
  readonly dims: readonly number[];
  readonly value: Pointer;
  readonly block: Pointer;
  readonly #blocks: Blocks;

  constructor(dims: readonly number[], { info, blocks }: Place) {
    const bytes = bytesOf(dims);
    this.dims = dims;
    this.#blocks = blocks;
    this.block = blocks.take(bytes);
    try {
      this.value = tensorOver(info, this.block, bytes, dims);
    } catch (error) {
      blocks.giveBack(this.block, bytes);
      throw error;
    }
  }

  free(): void {
    cApi().releaseValue(this.value);
    this.#blocks.giveBack(this.block, bytesOf(this.dims));
  }
}

/** A view of numbers in the process's memory; whoever takes it releases it. */
export function viewOf({ data, dims }: HostTensor): Pointer {
  return tensorOver(hostMemory(), data, data.byteLength, dims);
}

export function freeAll(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) if (isOnDevice(tensor)) tensor.free();
}

/** Of float32 numbers. */
export function bytesOf(dims: readonly number[]): number {
  return dims.reduce((all, size) => all * size, FLOAT_BYTES);
}

function tensorOver(
  info: Pointer,
  numbers: Pointer | Float32Array,
  bytes: number,
  dims: readonly number[],
): Pointer {
  const shape = BigInt64Array.from(dims, BigInt);
  return made((out) =>
    cApi().createTensorWithDataAsOrtValue(info, numbers, bytes, shape, shape.length, FLOAT, out),
  );
}

let host: Pointer | undefined;
function hostMemory(): Pointer {
  host ??= memoryInfo("Cpu", 0);
  return host;
}
