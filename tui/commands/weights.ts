import type { Command } from "commander";
import { describeWeights } from "../../shared/weights-identity.ts";
import { webAddress } from "../recipe/parsers.ts";
import { EXIT } from "../terminal/exit.ts";
import { interruptible } from "../terminal/interruptible.ts";
import { formatBytes, paint, paintOut, print, printJson, say } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { jsonOption } from "./options.ts";

export function addWeightsCommand(program: Command): void {
  const weights = program
    .command("weights")
    .description("The filters of VGG16: list, fetch, import and verify files.");
  addList(weights);
  addFetch(weights);
  addImport(weights);
  addVerify(weights);
}

function addList(weights: Command): void {
  weights
    .command("list")
    .description("Lists the stored weight files and the known ones.")
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const { listWeights } = await import("../../daemon/foreground.ts");
      const listing = listWeights();
      if (json) return printJson(listing);
      if (listing.stored.length === 0) say(`no weight file in ${listing.folder}`);
      for (const { file, bytes, isDefault } of listing.stored)
        print(
          `${isDefault ? "*" : " "} ${file}  ${formatBytes(bytes)}${isDefault ? "  (used by default)" : ""}`,
        );
      for (const { name, bytes, license, isStored } of listing.known)
        if (!isStored) print(`  ${name}  ${formatBytes(bytes)}, ${license}  (get it: atelier weights fetch)`);
    });
}

function addFetch(weights: Command): void {
  weights
    .command("fetch")
    .description("Downloads the published Keras file, or goes on with a download that broke off.")
    .option("--from <url>", "a mirror of the same file", webAddress)
    .addOption(jsonOption())
    .action(async ({ from, json }: { from?: string; json?: boolean }) => {
      const { fetchWeights } = await import("../../daemon/foreground.ts");
      const progress = createProgress();
      const show = ({ received, total }: { readonly received: number; readonly total: number }) =>
        progress.update({
          fraction: received / total,
          label: `${formatBytes(received)} of ${formatBytes(total)}`,
          details: [],
        });
      try {
        const identity = await interruptible(
          async (signal) => await fetchWeights({ signal, ...(from !== undefined && { url: from }) }, show),
        );
        progress.done();
        if (json) printJson(identity);
        else say(`${paint("green", "ready")}: ${describeWeights(identity)}`);
      } catch (error) {
        progress.done();
        throw error;
      }
    });
}

function addImport(weights: Command): void {
  weights
    .command("import")
    .description("Checks a weight file and copies it to the stored ones.")
    .argument("<file>", "a Keras .h5 or a .safetensors file")
    .addOption(jsonOption())
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { importWeights } = await import("../../daemon/foreground.ts");
      const identity = await importWeights(file);
      if (json) printJson(identity);
      else say(`${paint("green", "imported")}: ${describeWeights(identity)}`);
    });
}

function addVerify(weights: Command): void {
  weights
    .command("verify")
    .description(
      "Compares every array with the published Oxford VGG16 by hash. Exit code 1 unless all are equal.",
    )
    .argument("[file]", "a weight file (default: the stored one)")
    .addOption(jsonOption())
    .action(async (file: string | undefined, { json }: { json?: boolean }) => {
      const { verifyWeights } = await import("../../daemon/foreground.ts");
      const report = await verifyWeights(file);
      if (json) printJson(report);
      else {
        for (const { name, result, detail } of report.arrays) {
          const colour = result === "published" ? "green" : result === "other values" ? "yellow" : "red";
          print(`${name.padEnd(15)} ${paintOut(colour, result.padEnd(12))} ${detail}`);
        }
        const count = report.arrays.filter(({ result }) => result === "published").length;
        say(`${count} of ${report.arrays.length} arrays of ${report.file} are the published ones`);
      }
      if (!report.verified) process.exitCode = EXIT.failed;
    });
}
