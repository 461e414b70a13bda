import { cpus } from "node:os";

/** A CPU device in words, as reports show it. */
export function cpuName(threads: number): string {
  return `cpu, ${threads} thread${threads === 1 ? "" : "s"} (${cpus()[0]?.model.trim() ?? "unknown"})`;
}
