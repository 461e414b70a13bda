import { messageOf } from "../../../shared/errors.ts";
import { count, formatBytes } from "../../terminal/print.ts";
import type { Shell } from "../shell.ts";
import type { Handlers } from "./state.ts";

/** What younger jobs left is kept, to branch from. */
const PRUNE_DAYS = 7;

/** What keys do to the daemon as a whole. */
export function daemonHandlers(shell: Shell): Handlers {
  const { mirror, tell, confirm, carryOut, open } = shell;
  const { daemon } = mirror;
  const prune = async () => {
    const days = PRUNE_DAYS;
    const { checkpoints, pictures, bytes } = await daemon.request("prune", {
      days,
      jobs: false,
      remove: false,
    });
    if (bytes === 0)
      return tell("done", "nothing to free: no checkpoints of jobs that old, no unused pictures");
    const what = [
      ...(checkpoints > 0 ? [`${count(checkpoints, "checkpoint")} of jobs of a week ago`] : []),
      ...(pictures > 0 ? [count(pictures, "unused picture")] : []),
    ];
    confirm(`delete ${what.join(" and ") || "what is left over"}, ${formatBytes(bytes)}`, {
      kind: "prune",
      days,
    });
  };
  return {
    stopDaemon: () => confirm("end the daemon, for all its clients", { kind: "stopDaemon" }),
    prune: () => {
      if (daemon.isOpen) prune().catch((error: unknown) => tell("failed", messageOf(error)));
    },
    daemonLog: () => open({ kind: "reader", text: { of: "log", job: null } }),
    pauseQueue: () => carryOut({ kind: mirror.snapshot().paused ? "resumeQueue" : "pauseQueue" }),
  };
}
