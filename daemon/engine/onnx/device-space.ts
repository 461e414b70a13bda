import type { Size } from "../engine.ts";
import type { VectorSpace } from "../vector-space.ts";
import type { CommandQueue } from "./command-queue.ts";
import {
  clamping,
  combining,
  copying,
  dividingByRoot,
  type Kernel,
  type Kernels,
  multiplying,
  multiplyingRows,
} from "./kernels.ts";
import { grouped } from "./lists.ts";
import { type HostTensor, isOnDevice, pictureTensor, scalarTensor, type Tensor } from "./tensors.ts";

/** A vector on the device: 1 × 3 × height × width. A tensor never changes, so a new value is a new tensor. */
export interface DeviceVector {
  /** On the device from the first use on; only the queue's commands read and replace it. */
  tensor: Tensor;
}

/** Vectors that one kernel reads; more take several. */
const MOST = 24;

/** Vectors in a device's memory. Only row sums of dot products and what `toHost` gives leave it. */
export function deviceSpace(
  kernels: Kernels,
  queue: CommandQueue,
  { height, width }: Size,
): VectorSpace<DeviceVector> {
  const shape: [1, 3, number, number] = [1, 3, height, width];
  const length = 3 * height * width;

  const assign = (
    kernel: Kernel,
    vectors: readonly DeviceVector[],
    numbers: readonly HostTensor[],
    into: DeviceVector,
  ) => {
    void queue.enqueue(async () => {
      replace(into, await kernels.run(kernel, [...(await resident(vectors)), ...numbers]));
    });
  };
  /** The vectors' tensors, brought to the device where they are not there yet. */
  const resident = async (vectors: readonly DeviceVector[]): Promise<Tensor[]> => {
    for (const vector of vectors) await makeResident(kernels, vector);
    return vectors.map(({ tensor }) => tensor);
  };
  const combine = (terms: readonly (readonly [number, DeviceVector])[], into: DeviceVector) => {
    const padded = padTo(terms, countFor(terms.length), ([, vector]) => [0, vector] as const);
    assign(
      combining(shape, padded.length),
      padded.map(([, vector]) => vector),
      [{ data: Float32Array.from(padded, ([factor]) => factor), dims: [padded.length] }],
      into,
    );
  };
  const zeros = (): DeviceVector => ({ tensor: pictureTensor(new Float32Array(length), { height, width }) });

  const space: VectorSpace<DeviceVector> = {
    length,
    create: zeros,
    fromHost: (values) => ({ tensor: pictureTensor(values.slice(), { height, width }) }),
    toHost: async (vector) =>
      await queue.enqueue(async () => {
        const copy = await kernels.run(copying(shape, "host"), await resident([vector]));
        return (copy as HostTensor).data;
      }),
    copy: (from, into) => assign(copying(shape, "device"), [from], [], into),
    dots: async (pairs) =>
      await queue.enqueue(async () => {
        const sums = new Array<number>(pairs.length);
        for (const { lefts, rights, places } of blocksOf(pairs)) {
          const padded = padTo(rights, countFor(rights.length), (right) => right);
          const rows = await kernels.run(
            multiplyingRows(shape, lefts.length, padded.length),
            await resident([...lefts, ...padded]),
          );
          for (const { place, left, right } of places)
            sums[place] = sumOfRow(rows as HostTensor, left * padded.length + right);
        }
        return sums;
      }),
    combine: (terms, into) => {
      if (terms.length <= MOST) {
        if (terms.length > 0) combine(terms, into);
        else void queue.enqueue(async () => replace(into, zeros().tensor));
        return;
      }
      const sum = zeros();
      combine(terms.slice(0, MOST), sum);
      let first = MOST;
      for (; terms.length - first > MOST - 1; first += MOST - 1)
        combine([[1, sum], ...terms.slice(first, first + MOST - 1)], sum);
      combine([[1, sum], ...terms.slice(first)], into);
      space.free(sum);
    },
    multiply: (a, b, into) => assign(multiplying(shape), [a, b], [], into),
    divideByRoot: (a, b, epsilon, into) =>
      assign(dividingByRoot(shape), [a, b], [scalarTensor(epsilon)], into),
    clamp: (vector, low, high) =>
      assign(clamping(shape), [vector], [scalarTensor(low), scalarTensor(high)], vector),
    free: (vector) => queue.always(() => release(vector.tensor)),
  };
  return space;
}

/** A kernel for every number of vectors would be many, each with memory of its own. */
const COUNTS = [1, 2, 3, 6, 12, MOST];

function countFor(wanted: number): number {
  return COUNTS.find((count) => count >= wanted) ?? MOST;
}

/** The items and as many more like the first one. */
function padTo<T>(items: readonly T[], count: number, filler: (first: T) => T): T[] {
  const [first] = items as [T];
  return [...items, ...Array.from({ length: count - items.length }, () => filler(first))];
}

/** Brings a vector to the device, once. */
export async function makeResident(kernels: Kernels, vector: DeviceVector): Promise<void> {
  if (isOnDevice(vector.tensor)) return;
  vector.tensor = await kernels.run(copying(vector.tensor.dims, "device"), [vector.tensor]);
}

/** Gives a vector another value and frees the one it had. */
export function replace(vector: DeviceVector, tensor: Tensor): void {
  release(vector.tensor);
  vector.tensor = tensor;
}

function release(tensor: Tensor): void {
  if (isOnDevice(tensor)) tensor.free();
}

/** Products of some vectors with some others, which one kernel gives. */
interface DotBlock {
  readonly lefts: readonly DeviceVector[];
  readonly rights: readonly DeviceVector[];
  /** Which of them were asked for, and where. */
  readonly places: readonly { readonly place: number; readonly left: number; readonly right: number }[];
}

/**
 * Few blocks rather than few products: an answer from a device takes longer than it takes the device. L-BFGS asks for
 * the products of three new vectors with all others.
 */
const LEFTS = 3;

function blocksOf(pairs: readonly (readonly [DeviceVector, DeviceVector])[]): DotBlock[] {
  const all = [...new Set(pairs.map(([left]) => left))];
  return grouped(all, LEFTS).flatMap((lefts) => {
    const own = [...pairs.entries()].filter(([, [left]]) => lefts.includes(left));
    const partners = [...new Set(own.map(([, [, right]]) => right))];
    return grouped(partners, MOST).map((rights) => ({
      lefts,
      rights,
      places: own
        .map(([place, [left, right]]) => ({ place, left: lefts.indexOf(left), right: rights.indexOf(right) }))
        .filter(({ right }) => right >= 0),
    }));
  });
}

/** float32 within a picture's row, float64 over the rows. */
function sumOfRow({ data, dims }: HostTensor, row: number): number {
  const [, columns = 0] = dims;
  return data.subarray(row * columns, (row + 1) * columns).reduce((total, value) => total + value, 0);
}
