import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../../shared/errors.ts";
import { UNFINISHED_STATES } from "../../shared/jobs.ts";
import { describeWeights } from "../../shared/weights-identity.ts";
import { UnreachableError } from "../client/link-problems.ts";
import { webAddress } from "../recipe/parsers.ts";
import { EXIT } from "../terminal/exit.ts";
import { interruptible } from "../terminal/interruptible.ts";
import { count, formatBytes, paint, paintOut, print, printJson, printNote, say } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { withDaemon } from "./daemon/session.ts";
import { jsonOption } from "./options.ts";

export function addWeightsCommand(program: Command): void {
  const weights = program
    .command("weights")
    .summary("the filters of VGG16: list, fetch, import, verify, choose and remove")
    .description("The filters of VGG16: list, fetch, import, verify, choose and remove files.");
  addList(weights);
  addFetch(weights);
  addImport(weights);
  addVerify(weights);
  addDefault(weights);
  addRemove(weights);
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
      const { importWeights, storedFile } = await import("../../daemon/foreground.ts");
      const identity = await importWeights(file);
      if (json) return printJson(identity);
      say(`${paint("green", "imported")}: ${describeWeights(identity)}`);
      const name = basename(identity.file ?? file);
      if (!storedFile(name).isDefault) say(`to have it used by default: atelier weights default ${name}`);
    });
}

function addDefault(weights: Command): void {
  weights
    .command("default")
    .description(
      "Makes a stored file the one that is used by default, by every job that begins or goes on from then on. Without a choice it is the published one, else the newest.",
    )
    .argument("<weights>", "its name or path; see: atelier weights list")
    .addOption(jsonOption())
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { chooseWeights, listWeights } = await import("../../daemon/foreground.ts");
      const before = listWeights().stored.find(({ isDefault }) => isDefault);
      const chosen = await chooseWeights(name);
      const isOther = before !== undefined && before.file !== chosen.file;
      const jobs = isOther ? await jobsMadeWith(before.file, true) : 0;
      if (json) printJson(chosen);
      else print(`${paintOut("bold", chosen.file)} is used by default`);
      if (jobs !== undefined && jobs > 0)
        printNote(
          `${count(jobs, "job")} in the queue, made with ${before?.file} so far, will go on with it, unless the daemon was started with --weights`,
        );
    });
}

function addRemove(weights: Command): void {
  weights
    .command("remove")
    .description("Deletes a stored file.")
    .argument("<weights>", "its name or path; see: atelier weights list")
    .addOption(
      new Option("--yes", "also while jobs in the queue are made with it, or no daemon says whether any are"),
    )
    .addOption(jsonOption())
    .action(async (name: string, { yes, json }: { yes?: boolean; json?: boolean }) => {
      const { removeWeights, storedFile } = await import("../../daemon/foreground.ts");
      const { file, isDefault } = storedFile(name);
      const jobs = yes ? 0 : await jobsMadeWith(file, isDefault);
      if (jobs === undefined)
        throw new UserError(
          `no daemon runs here that could say whether jobs in its queue need ${file}; start it with atelier up, or: atelier weights remove ${name} --yes`,
        );
      if (jobs > 0)
        throw new UserError(
          `${count(jobs, "job")} in the queue would go on with other weights than ${file}; if that is meant: atelier weights remove ${name} --yes`,
        );
      const outcome = await removeWeights(name);
      if (json) return printJson(outcome);
      print(`removed ${paintOut("bold", outcome.removed)}`);
      if (isDefault) say(`used by default from now on: ${outcome.nowDefault ?? "an untrained network"}`);
    });
}

/** The jobs in the queue of the daemon here, where that uses a stored file; undefined where no daemon says so. */
async function jobsMadeWith(file: string, isDefault: boolean): Promise<number | undefined> {
  const described = (["vgg16", "custom"] as const).map((kind) =>
    describeWeights({ kind, file: resolve(file), verified: kind === "vgg16" }),
  );
  try {
    const { workers, jobs } = await withDaemon({}, async (daemon) => await daemon.request("status", {}));
    // One that is starting says nothing of them yet.
    const isUsed = workers.some(({ weights }) => (weights === "" ? isDefault : described.includes(weights)));
    return isUsed ? UNFINISHED_STATES.reduce((sum, state) => sum + (jobs[state] ?? 0), 0) : 0;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
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
        const published = report.arrays.filter(({ result }) => result === "published").length;
        say(`${published} of ${report.arrays.length} arrays of ${report.file} are the published ones`);
      }
      if (!report.verified) process.exitCode = EXIT.failed;
    });
}
