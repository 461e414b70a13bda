import type { Command } from "commander";
import type { DeviceReport, DoctorReport } from "../../daemon/foreground.ts";
import { type Capabilities, capabilitiesFrom } from "../terminal/capabilities.ts";
import { detectCapabilities } from "../terminal/detect.ts";
import { formatBytes, formatNumber, paintOut, print, printJson, say } from "../terminal/print.ts";
import { TerminalInput } from "../terminal/terminal-input.ts";
import { jsonOption } from "./options.ts";
import { addTerminalOptions, type TerminalArguments, wishesFrom } from "./terminal-options.ts";

export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .summary("what this machine can do, and how to get the rest")
    .description("Says what this machine and this terminal can do, how fast, and how to get what is missing.")
    .option("--fresh", "measure again what was measured before")
    .addOption(jsonOption());
  addTerminalOptions(command).action(
    async ({ json, fresh = false, ...options }: TerminalArguments & { json?: boolean; fresh?: boolean }) => {
      const { doctor } = await import("../../daemon/foreground.ts");
      const terminal = await examineTerminal(options);
      const report = await doctor({ fresh, onMeasure: (device) => say(`measuring ${device} …`) });
      if (json) return printJson({ ...report, terminal });
      printReport(report);
      printTerminal(terminal);
    },
  );
}

const CTRL_C = "\x03";

const row = (name: string, text: string) => print(`${name.padEnd(10)} ${text}`);

function printTerminal(terminal: Capabilities): void {
  row("pictures", `${terminal.pictures} (${terminal.reasons.pictures})`);
  row("colours", `${terminal.colours} (${terminal.reasons.colours})`);
  row("characters", `${terminal.isUnicode ? "Unicode" : "ASCII"} (${terminal.reasons.characters})`);
  row("background", `${terminal.background} (${terminal.reasons.background})`);
  if (process.stdout.isTTY)
    row(
      "terminal",
      `${process.stdout.columns}×${process.stdout.rows} cells of ${terminal.cell.width}×${terminal.cell.height} pixels${terminal.answers ? "" : ", as is usual: it answers nothing"}`,
    );
}

/** In a pipe there is nobody to ask: then it is what the environment says. */
async function examineTerminal(options: TerminalArguments): Promise<Capabilities> {
  const wishes = wishesFrom(options);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return capabilitiesFrom({ env: process.env, wishes });
  const input = new TerminalInput(process.stdin);
  // A raw terminal sends no signal, and one that answers nothing is waited for.
  const endOnCtrlC = (keys: Buffer) => {
    if (!keys.includes(CTRL_C)) return;
    process.stdin.setRawMode(false);
    process.kill(process.pid, "SIGINT");
  };
  process.stdin.setRawMode(true);
  process.stdin.on("data", endOnCtrlC);
  try {
    return await detectCapabilities(process.env, wishes, input, process.stdout);
  } finally {
    process.stdin.off("data", endOnCtrlC);
    process.stdin.setRawMode(false);
    input.close();
  }
}

function printReport({ node, engines, gpus, devices, memory, weights, weightsFolder }: DoctorReport): void {
  row("node", node);
  for (const { id, available, reason } of engines)
    row("engine", `${paintOut(available ? "green" : "red", available ? "✓" : "✗")} ${id}: ${reason}`);
  if (gpus.length === 0) row("gpu", "none that nvidia-smi or /sys/class/drm names");
  for (const { name, cudaIndex, driver, memoryBytes, loadPercent, celsius } of gpus)
    row(
      "gpu",
      [
        name,
        cudaIndex === null ? "" : `cuda:${cudaIndex}`,
        driver === null ? "" : `driver ${driver}`,
        memoryBytes === null ? "" : formatBytes(memoryBytes),
        loadPercent === null ? "" : `${loadPercent} % busy`,
        celsius === null ? "" : `${celsius} °C`,
      ]
        .filter((part) => part !== "")
        .join(", "),
    );
  for (const device of devices) row("device", describeDevice(device));
  row("memory", `${formatBytes(memory.availableBytes)} free of ${formatBytes(memory.totalBytes)}`);
  if (weights.length === 0)
    row(
      "weights",
      `none in ${weightsFolder}: pictures are made with an untrained network; get trained filters with: atelier weights fetch`,
    );
  for (const { file, bytes } of weights) row("weights", `${file} (${formatBytes(bytes)})`);
}

function describeDevice(report: DeviceReport): string {
  const mark = paintOut(report.works ? "green" : "red", report.works ? "✓" : "✗");
  const name = `${mark} ${report.id.padEnd(16)}`;
  if (!report.works) return `${name} ${report.reason}`;
  const speed = `${formatNumber(report.seconds)} s per evaluation at ${report.size}²`;
  return `${name} ${speed}${report.isChosen ? paintOut("bold", ", taken unless told otherwise") : ""}  (${report.device})`;
}
