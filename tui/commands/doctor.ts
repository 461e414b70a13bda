import type { Command } from "commander";
import { formatBytes, paintOut, print, printJson } from "../terminal/print.ts";
import { jsonOption } from "./options.ts";

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("Says what this machine can do, and how to get what is missing.")
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const { doctor } = await import("../../daemon/foreground.ts");
      const report = await doctor();
      if (json) return printJson(report);
      const row = (name: string, text: string) => print(`${name.padEnd(8)} ${text}`);
      row("node", report.node);
      for (const { id, available, reason, devices } of report.engines)
        row(
          "engine",
          `${paintOut(available ? "green" : "red", available ? "✓" : "✗")} ${id}: ${reason}${devices.map((device) => `\n           ${device}`).join("")}`,
        );
      row(
        "memory",
        `${formatBytes(report.memory.availableBytes)} free of ${formatBytes(report.memory.totalBytes)}`,
      );
      if (report.weights.length === 0)
        row(
          "weights",
          `none in ${report.weightsFolder}: pictures are made with an untrained network; get trained filters with: atelier weights fetch`,
        );
      for (const { file, bytes } of report.weights) row("weights", `${file} (${formatBytes(bytes)})`);
    });
}
