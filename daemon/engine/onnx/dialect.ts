/**
 * Which operations a graph is built of, where there is a choice: `cpu` ones keep the blocked layout that
 * convolutions on a CPU work in; `gpu` ones exist in every provider for GPUs.
 */
export type Dialect = "cpu" | "gpu";
