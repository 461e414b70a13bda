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
import { type HostTensor, isOnDevice, pictureTensor, scalarTensor, type Tensor } from "./tensors.ts";

/** A vector on the device: 1 × 3 × height × width. A tensor never changes, so a new value is a new tensor. */
export interface DeviceVector {
  /** On the device from the first use on; only the queue's commands read and replace it. */
  tensor: Tensor;
}

/** Vectors in a device's memory. Only row sums of dot products and what `toHost` gives leave it. */
export function deviceSpace(
  kernels: Kernels,
  queue: CommandQueue,
  { height, width }: Size,
): VectorSpace<DeviceVector> {
  const shape: [1, 3, number, number] = [1, 3, height, width];
  const length = 3 * height * width;
  const most = kernels.vectorsAtOnce;

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
    assign(
      combining(shape, terms.length),
      terms.map(([, vector]) => vector),
      [{ data: Float32Array.from(terms, ([factor]) => factor), dims: [terms.length] }],
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
        for (const { vector, places } of groupsOf(pairs, most)) {
          const partners = places.map((place) => pairs[place]?.[1] as DeviceVector);
          const rows = await kernels.run(
            multiplyingRows(shape, partners.length),
            await resident([vector, ...partners]),
          );
          for (const [i, place] of places.entries()) sums[place] = sumOfRow(rows as HostTensor, i);
        }
        return sums;
      }),
    combine: (terms, into) => {
      if (terms.length <= most) {
        if (terms.length > 0) combine(terms, into);
        else void queue.enqueue(async () => replace(into, zeros().tensor));
        return;
      }
      const sum = zeros();
      combine(terms.slice(0, most), sum);
      let first = most;
      for (; terms.length - first > most - 1; first += most - 1)
        combine([[1, sum], ...terms.slice(first, first + most - 1)], sum);
      combine([[1, sum], ...terms.slice(first)], into);
      space.free(sum);
    },
    multiply: (a, b, into) => assign(multiplying(shape), [a, b], [], into),
    divideByRoot: (a, b, epsilon, into) =>
      assign(dividingByRoot(shape), [a, b], [scalarTensor(epsilon)], into),
    clamp: (vector, low, high) =>
      assign(clamping(shape), [vector], [scalarTensor(low), scalarTensor(high)], vector),
    free: (vector) => void queue.enqueue(async () => release(vector.tensor)),
  };
  return space;
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

/** Some products of one vector, so that it is read once for all of them. */
interface DotGroup {
  readonly vector: DeviceVector;
  /** Where the pairs stand. */
  readonly places: readonly number[];
}

function groupsOf(pairs: readonly (readonly [DeviceVector, DeviceVector])[], most: number): DotGroup[] {
  const places = Map.groupBy(pairs.keys(), (i) => pairs[i]?.[0] as DeviceVector);
  return [...places].flatMap(([vector, all]) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, k) => ({
      vector,
      places: all.slice(most * k, most * (k + 1)),
    })),
  );
}

/** float32 within a picture's row, float64 over the rows. */
function sumOfRow({ data, dims }: HostTensor, row: number): number {
  const [, columns = 0] = dims;
  return data.subarray(row * columns, (row + 1) * columns).reduce((total, value) => total + value, 0);
}
