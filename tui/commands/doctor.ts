import type { Command } from "commander";
import { type Capabilities, capabilitiesFrom } from "../terminal/capabilities.ts";
import { detectCapabilities } from "../terminal/detect.ts";
import { formatBytes, paintOut, print, printJson } from "../terminal/print.ts";
import { TerminalInput } from "../terminal/terminal-input.ts";
import { jsonOption } from "./options.ts";
import { addTerminalOptions, type TerminalArguments, wishesFrom } from "./terminal-options.ts";

export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .description("Says what this machine and this terminal can do, and how to get what is missing.")
    .addOption(jsonOption());
  addTerminalOptions(command).action(async (options: TerminalArguments & { json?: boolean }) => {
    const { doctor } = await import("../../daemon/foreground.ts");
    const terminal = await examineTerminal(options);
    const report = await doctor();
    if (options.json) return printJson({ ...report, terminal });
    const row = (name: string, text: string) => print(`${name.padEnd(10)} ${text}`);
    row("node", report.node);
    for (const { id, available, reason, devices } of report.engines)
      row(
        "engine",
        `${paintOut(available ? "green" : "red", available ? "✓" : "✗")} ${id}: ${reason}${devices.map((device) => `\n             ${device}`).join("")}`,
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
    row("pictures", `${terminal.pictures} (${terminal.reasons.pictures})`);
    row("colours", `${terminal.colours} (${terminal.reasons.colours})`);
    row("characters", `${terminal.isUnicode ? "Unicode" : "ASCII"} (${terminal.reasons.characters})`);
    if (process.stdout.isTTY)
      row(
        "terminal",
        `${process.stdout.columns}×${process.stdout.rows} cells of ${terminal.cell.width}×${terminal.cell.height} pixels${terminal.answers ? "" : ", as is usual: it answers nothing"}`,
      );
  });
}

/** In a pipe there is nobody to ask: then it is what the environment says. */
async function examineTerminal(options: TerminalArguments): Promise<Capabilities> {
  const wishes = wishesFrom(options);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return capabilitiesFrom({ env: process.env, wishes });
  const input = new TerminalInput(process.stdin);
  input.setRawMode(true);
  try {
    return await detectCapabilities(process.env, wishes, input, process.stdout);
  } finally {
    input.setRawMode(false);
    input.close();
  }
}
