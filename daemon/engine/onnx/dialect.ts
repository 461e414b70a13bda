/**
 * Which operations a graph is built of, where there is a choice: `cpu` ones keep the blocked layout that convolutions on
 * a CPU work in, `webgpu` ones exist in every provider for GPUs, and `cuda` ones make the fewest passes over memory.
 */
export type Dialect = "cpu" | "webgpu" | "cuda";
