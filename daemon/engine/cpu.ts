import { availableParallelism, cpus } from "node:os";

/** As many as wanted, else one per core. More than there are cores only wait for each other, for minutes. */
export function threadsOf(wanted: number | undefined): number {
  return Math.min(wanted ?? Number.POSITIVE_INFINITY, availableParallelism());
}

/** A CPU device in words, as reports show it. */
export function cpuName(threads: number): string {
  return `cpu, ${threads} thread${threads === 1 ? "" : "s"} (${cpus()[0]?.model.trim() ?? "unknown"})`;
}
