import type { Size } from "../../../image/planes.ts";
import { dotBlocks } from "../../dot-blocks.ts";
import type { VectorSpace } from "../../vector-space.ts";
import type { Dialect } from "../dialect.ts";
import { type HostTensor, hostTensor, pictureTensor } from "../tensors.ts";
import type { Commands } from "./commands.ts";
import { type DeviceVector, replace } from "./device-vector.ts";
import {
  adding,
  clamping,
  combining,
  copying,
  dividingByRoot,
  greying,
  multiplying,
  multiplyingRows,
  type Operation,
  type VectorShape,
} from "./operations.ts";

type Term = readonly [factor: number, vector: DeviceVector];

/** Vectors that one sum reads; more take several. */
const MOST = 24;

/** Vectors in a device's memory. Only row sums of dot products and what `toHost` gives leave it. */
export function deviceSpace(
  commands: Commands,
  { height, width }: Size,
  dialect: Dialect,
): VectorSpace<DeviceVector> {
  const shape: VectorShape = [1, 3, height, width];
  const length = 3 * height * width;
  /** Where sums are read to, if they go where they are told: new memory for each would keep the collector busy. */
  const answers = new Map<string, HostTensor[]>();
  const read = async <T>(
    operation: Operation,
    vectors: readonly DeviceVector[],
    use: (rows: HostTensor) => T,
  ) => {
    if (dialect !== "cuda") return use(await commands.read(operation, vectors));
    const free = answers.get(operation.name) ?? [];
    answers.set(operation.name, free);
    const into = free.pop() ?? hostTensor(operation.result);
    const used = use(await commands.read(operation, vectors, into));
    free.push(into);
    return used;
  };
  const zeros = () => pictureTensor(new Float32Array(length), { height, width });
  const combine = (terms: readonly Term[], into: DeviceVector) => {
    const [[ofFirst, first], second] = terms as [Term, Term?];
    // What a step along a direction and a difference are.
    if (terms.length === 2 && ofFirst === 1 && second !== undefined) {
      commands.write(adding(shape), [first, second[1]], [second[0]], into);
      return;
    }
    const padded = padTo(terms, countFor(terms.length), [0, first] as const);
    commands.write(
      combining(shape, padded.length, dialect),
      padded.map(([, vector]) => vector),
      padded.map(([factor]) => factor),
      into,
    );
  };

  const space: VectorSpace<DeviceVector> = {
    length,
    isOrdered: true,
    create: () => ({ tensor: zeros() }),
    fromHost: (values) => ({ tensor: pictureTensor(values.slice(), { height, width }) }),
    toHost: async (vector) => (await commands.read(copying(shape), [vector])).data,
    copy: (from, into) => commands.write(copying(shape), [from], [], into),
    dots: async (pairs) => {
      const sums = new Array<number>(pairs.length);
      const asked: Promise<void>[] = [];
      for (const { lefts, rights, places } of dotBlocks(pairs)) {
        // In one graph, blocks would take memory beside each other.
        if (asked.length > 0) void commands.carryOut();
        const operation = multiplyingRows(shape, lefts.length, rights.length, dialect);
        const answer = read(operation, [...lefts, ...rights], (rows) => {
          for (const { place, left, right } of places)
            sums[place] = sumOfRow(rows, left * rights.length + right);
        });
        asked.push(answer);
      }
      await Promise.all(asked);
      return sums;
    },
    combine: (terms, into) => {
      if (terms.length <= MOST) {
        if (terms.length > 0) combine(terms, into);
        else void commands.enqueue(async () => replace(into, zeros()));
        return;
      }
      const sum = space.create();
      let rest = terms;
      // Graphs of full blocks are of two kinds; with what is left they would be as many as there are lengths.
      for (let most = MOST; rest.length > most; most = MOST - 1) {
        combine([...(rest === terms ? [] : [[1, sum] as const]), ...rest.slice(0, most)], sum);
        void commands.carryOut();
        rest = rest.slice(most);
      }
      combine([[1, sum], ...rest], into);
      space.free(sum);
    },
    multiply: (a, b, into) => commands.write(multiplying(shape), [a, b], [], into),
    divideByRoot: (a, b, epsilon, into) => commands.write(dividingByRoot(shape), [a, b], [epsilon], into),
    clamp: (vector, low, high) => commands.write(clamping(shape), [vector], [low, high], vector),
    toGrey: (vector) => commands.write(greying(shape), [vector], [], vector),
    free: (vector) => commands.free(vector),
  };
  return space;
}

/** A graph for every number of vectors would be many, each with memory of its own. */
const COUNTS = [1, 2, 3, 6, 12, MOST];

function countFor(wanted: number): number {
  return COUNTS.find((count) => count >= wanted) ?? MOST;
}

function padTo<T>(items: readonly T[], count: number, filler: T): T[] {
  return [...items, ...Array.from({ length: count - items.length }, () => filler)];
}

/** float32 within a picture's row, float64 over the rows. A loop, since `reduce` takes ten times as long. */
function sumOfRow({ data, dims }: HostTensor, row: number): number {
  const [, columns = 0] = dims;
  let total = 0;
  for (let i = row * columns; i < (row + 1) * columns; i++) total += data[i] as number;
  return total;
}
