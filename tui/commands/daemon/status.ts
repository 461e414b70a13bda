import type { Command } from "commander";
import { JOB_STATES } from "../../../shared/jobs.ts";
import { plainText } from "../../../shared/plain-text.ts";
import type { DeviceLoad, Result } from "../../../shared/requests.ts";
import { formatBytes, formatDuration, paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

export function addStatusCommand(program: Command): void {
  asksDaemon<[], object, Result<"status">>(
    program
      .command("status")
      .summary("the daemon, its devices and its queue")
      .description("Shows what the daemon is and does."),
    () => async (daemon) => await daemon.request("status", {}),
    (status) => {
      const { version, pid, started, home, paused, workers, jobs, clients, rssBytes, loopDelayP999Ms } =
        status;
      const row = (name: string, text: string) => print(`${paintOut("dim", name.padEnd(8))} ${text}`);
      row(
        "daemon",
        `atelier ${version}, process ${pid}, up ${formatDuration((Date.now() - started) / 1000)}`,
      );
      row("home", home);
      for (const { id, engine, device, weights, state, detail, job, restarts, load } of workers) {
        const name = workers.length > 1 ? `${id}: ` : "";
        row(
          "worker",
          `${name}${state === "ready" ? `${engine} on ${device}` : `${state} ${plainText(detail)}`}`,
        );
        if (load !== null) row("load", describeLoad(load));
        if (weights !== "") row("weights", weights);
        row("job", job ?? "none");
        if (restarts > 0) row("restarts", String(restarts));
      }
      const counts = JOB_STATES.filter((state) => (jobs[state] ?? 0) > 0).map(
        (state) => `${jobs[state]} ${state}`,
      );
      row(
        "queue",
        `${paused ? `${paintOut("yellow", "paused")} · ` : ""}${counts.length === 0 ? "empty" : counts.join(", ")}`,
      );
      row(
        "itself",
        `${clients} client${clients === 1 ? "" : "s"}, ${formatBytes(rssBytes)}, loop delay ${loopDelayP999Ms.toFixed(0)} ms (p99.9)`,
      );
    },
  );
}

function describeLoad({ percent, memoryUsedBytes, memoryBytes, celsius }: DeviceLoad): string {
  const memory =
    memoryUsedBytes === null || memoryBytes === null
      ? null
      : `${formatBytes(memoryUsedBytes)} of ${formatBytes(memoryBytes)}`;
  return [percent === null ? null : `${percent} % busy`, memory, celsius === null ? null : `${celsius} °C`]
    .filter((part) => part !== null)
    .join(", ");
}
