import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";

/** Bytes of the machine's memory, as far as this process may have them. */
export interface HostMemory {
  readonly total: number;
  readonly free: number;
}

/** macOS keeps hardly a page free and makes room when it is asked to: how much is a guess. */
const SHARE_ON_MAC = 0.6;

/** Where Linux tells of the limits of a group of processes: by the second version of its interface, and by the first. */
const CGROUPS = [
  {
    path: /^0::(.*)$/m,
    folder: "sys/fs/cgroup",
    limit: "memory.max",
    used: "memory.current",
    unneeded: /^inactive_file (\d+)$/m,
  },
  {
    path: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    folder: "sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    unneeded: /^total_inactive_file (\d+)$/m,
  },
] as const;

/** What the system has free, or less where this process's group has a limit. */
export function hostMemory(root = "/", platform: NodeJS.Platform = process.platform): HostMemory {
  if (platform === "darwin") return { total: totalmem(), free: SHARE_ON_MAC * totalmem() };
  const known = read(root, "proc/meminfo");
  const system = {
    total: kilobytes(known, "MemTotal") ?? totalmem(),
    free: kilobytes(known, "MemAvailable") ?? freemem(),
  };
  return limits(root).reduce(
    ({ total, free }, limit) => ({ total: Math.min(total, limit.total), free: Math.min(free, limit.free) }),
    system,
  );
}

/** Bytes that only the end of a process would free; its files are free already. 0 where the system does not tell. */
export function heldOnHost(pid: number, root = "/"): number {
  return kilobytes(read(root, `proc/${pid}/status`), "RssAnon") ?? 0;
}

/** Of this process's group and of all groups around it. */
function limits(root: string): HostMemory[] {
  const own = read(root, "proc/self/cgroup");
  return CGROUPS.flatMap(({ path, folder, limit, used, unneeded }) =>
    foldersUpTo(folder, path.exec(own)?.[1] ?? "/").flatMap((group) => {
      const total = wholeNumber(read(root, group, limit));
      const taken = wholeNumber(read(root, group, used));
      if (total === undefined || taken === undefined) return [];
      // Files that nobody needs count as used until somebody wants the memory.
      const cache = Number(unneeded.exec(read(root, group, "memory.stat"))?.[1] ?? 0);
      return [{ total, free: Math.max(0, total - (taken - cache)) }];
    }),
  );
}

/** A container may see its own group as the root, whatever its path is called outside. */
function foldersUpTo(folder: string, path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return Array.from({ length: names.length + 1 }, (_, i) => join(folder, ...names.slice(0, i)));
}

function read(...path: string[]): string {
  try {
    return readFileSync(join(...path), "utf8");
  } catch {
    return "";
  }
}

function kilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return found === undefined ? undefined : 1024 * Number(found);
}

/** None where it says `max`. */
function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
