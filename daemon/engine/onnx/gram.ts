import { channelsOf } from "../../../shared/layers.ts";
import type { Dialect } from "./dialect.ts";
import type { ForwardLayer } from "./forward.ts";
import type { GraphBuilder, Value } from "./model.ts";

/** Side of the tile of a product that one group of a GPU's threads computes, and how many of them fill a large GPU. */
const TILE = 32;
const MANY_TILES = 1024;
/** Of fewer positions a band's product would be more numbers than its features. */
const LEAST_POSITIONS = 256;

/**
 * F·Fᵀ/M of a layer's features (C × C). On WebGPU a product of few channels and a million positions would leave all but
 * a few groups of threads idle, so there it is the sum of the products of bands of positions.
 */
export function addGram(graph: GraphBuilder, layer: ForwardLayer, dialect: Dialect): Value {
  const { features, name, height, width } = layer;
  const channels = channelsOf(name);
  const share = 1 / (height * width);
  const bands = dialect === "webgpu" ? bandsOf(height * width, channels) : 1;
  if (bands === 1) {
    const matrix = graph.node("Reshape", [features, graph.ints([channels, height * width])]);
    return graph.node("Gemm", [matrix, matrix], { transB: 1, alpha: { float: share } });
  }
  const banded = graph.ints([channels, bands, (height * width) / bands]);
  const left = graph.node("Transpose", [graph.node("Reshape", [features, banded])], { perm: [1, 0, 2] });
  const right = graph.node("Transpose", [left], { perm: [0, 2, 1] });
  const products = graph.node("MatMul", [left, right]);
  const sum = graph.node("ReduceSum", [products, graph.ints([0])], { keepdims: 0 });
  return graph.node("Mul", [sum, graph.scalar(share)]);
}

/** The number of equal bands of positions that is nearest to one that fills a large GPU. */
function bandsOf(positions: number, channels: number): number {
  const wanted = Math.min(MANY_TILES / (channels / TILE) ** 2, positions / LEAST_POSITIONS);
  if (wanted <= 1) return 1;
  const low = Array.from({ length: Math.floor(Math.sqrt(positions)) }, (_, i) => i + 1);
  const divisors = low
    .filter((count) => positions % count === 0)
    .flatMap((count) => [count, positions / count]);
  const distance = (count: number) => Math.abs(Math.log(count / wanted));
  return divisors.reduce((best, count) => (distance(count) < distance(best) ? count : best));
}
