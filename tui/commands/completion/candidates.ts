import { basename } from "node:path";
import { Command, type Option } from "commander";
import { controlsOf } from "../../../shared/controls.ts";
import { PRESETS } from "../../../shared/presets.ts";
import { INITS, STAGE_PLANS } from "../../../shared/recipe.ts";
import { type AddressOptions, resolveAddress } from "../../client/address.ts";
import { Connection } from "../../client/connection.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { count, formatBytes, formatNumber } from "../../terminal/print.ts";
import { addAddressOptions, type DaemonArguments } from "../options.ts";

/** A daemon that does not answer at once is not waited for: completing must feel like typing. */
const PATIENCE_MS = 400;

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** The command that a word means within another. */
export function innerCommand({ commands }: Command, word: string): Command | undefined {
  return commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** What the words before the unfinished one have said. */
interface Said {
  readonly command: Command;
  readonly operands: readonly string[];
  /** An option that is to get its value. */
  readonly awaited: Option | undefined;
}

function read(program: Command, words: readonly string[]): Said {
  let [command, awaited, isFirst]: [Command, Option | undefined, boolean] = [program, undefined, false];
  const operands: string[] = [];
  for (const word of words) {
    if (awaited !== undefined && (isFirst || !word.startsWith("-"))) {
      isFirst = false;
      if (!awaited.variadic) awaited = undefined;
      continue;
    }
    const inner = operands.length === 0 ? innerCommand(command, word) : undefined;
    const option = command.options.find(({ long, short }) => long === word || short === word);
    [awaited, isFirst] = option?.required ? [option, true] : [undefined, false];
    if (inner !== undefined) command = inner;
    else if (!word.startsWith("-")) operands.push(word);
  }
  return { command, operands, awaited };
}

/** What may come next, from commander's own tree of commands. Nothing where a file may be meant. */
export async function candidatesFor(program: Command, words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? "";
  const all = await allFor(program, words, typed);
  // What waits for a value has nothing to offer once it is there.
  return all.filter(({ value }) => value.startsWith(typed) && !(value === typed && value.endsWith("=")));
}

async function allFor(program: Command, words: readonly string[], typed: string): Promise<Candidate[]> {
  const asking = askerFor(words);
  const { command, operands, awaited } = read(program, words.slice(0, -1));
  if (awaited !== undefined && !typed.startsWith("-")) return await valuesOf(asking, awaited);
  const [, name] = /^(--[\w-]+)=/.exec(typed) ?? [];
  if (name !== undefined) {
    const option = command.options.find(({ long }) => long === name);
    const values = option === undefined ? [] : await valuesOf(asking, option);
    return values.map(({ value, description }) => ({ value: `${name}=${value}`, description }));
  }
  if (typed.startsWith("-"))
    return command.options.map(({ long, description }) => ({ value: long ?? "", description }));
  if (command.commands.length > 0)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
  const argument = command.registeredArguments[operands.length] ?? command.registeredArguments.at(-1);
  if (argument === undefined || (operands.length >= command.registeredArguments.length && !argument.variadic))
    return [];
  if (argument.argChoices !== undefined)
    return argument.argChoices.map((value) => ({ value, description: "" }));
  const [, ofJob] = argument.name().endsWith("[@iteration]") ? (/^([^@]+)@/.exec(typed) ?? []) : [];
  if (ofJob !== undefined) return await checkpointCandidates(asking, ofJob);
  if (argument.name().startsWith("job")) return await jobCandidates(asking);
  if (argument.name().startsWith("control")) return await controlCandidates(asking, operands[0]);
  return argument.name() === "weights" ? await weightsCandidates() : [];
}

async function valuesOf(asking: Asking, { argChoices, long }: Option): Promise<Candidate[]> {
  const plain = (values: readonly string[]) => values.map((value) => ({ value, description: "" }));
  if (argChoices !== undefined) return plain(argChoices);
  if (long === "--preset") return PRESETS.map(({ name, summary }) => ({ value: name, description: summary }));
  if (long === "--stages") return plain(STAGE_PLANS);
  if (long === "--init") return plain(INITS);
  if (long === "--group") return await groupCandidates(asking);
  if (long === "--after") return await jobCandidates(asking);
  return [];
}

async function weightsCandidates(): Promise<Candidate[]> {
  const { listWeights } = await import("../../../daemon/foreground.ts");
  return listWeights().stored.map(({ file, bytes }) => ({
    value: basename(file),
    description: formatBytes(bytes),
  }));
}

async function groupCandidates(asking: Asking): Promise<Candidate[]> {
  return await asking(async (daemon) => {
    const jobs = await daemon.request("list", { states: null, group: null, skip: 0, limit: 500 });
    const groups = Map.groupBy(jobs, ({ group }) => group);
    groups.delete("");
    return [...groups].map(([value, of]) => ({ value, description: count(of.length, "job") }));
  });
}

async function checkpointCandidates(asking: Asking, job: string): Promise<Candidate[]> {
  return await asking(async (daemon) => {
    const { checkpoints } = await daemon.request("show", { job });
    return checkpoints.map(({ iteration, loss }) => ({
      value: `${job}@${iteration}`,
      description: `loss ${formatNumber(loss)}`,
    }));
  });
}

async function jobCandidates(asking: Asking): Promise<Candidate[]> {
  return await asking(async (daemon) => {
    const jobs = await daemon.request("list", { states: null, group: null, skip: 0, limit: 50 });
    return jobs.map((job) => ({
      value: job.id,
      description: `${stateText(job)}, ${titleOf(job.recipe)}`,
    }));
  });
}

async function controlCandidates(asking: Asking, job: string | undefined): Promise<Candidate[]> {
  if (job === undefined) return [];
  return await asking(async (daemon) => {
    const { job: shown } = await daemon.request("show", { job: job.split("@")[0] ?? job });
    return controlsOf(shown.recipe).map(({ name, meaning }) => ({ value: `${name}=`, description: meaning }));
  });
}

/** Asks the daemon; nothing where there is none, since a shell that completes is no place for an error. */
type Asking = (ask: (daemon: Connection) => Promise<Candidate[]>) => Promise<Candidate[]>;

/** The daemon that the words so far, or the environment, name. */
function askerFor(words: readonly string[]): Asking {
  return async (ask) => {
    let daemon: Connection | undefined;
    const timer = setTimeout(() => daemon?.close(), PATIENCE_MS);
    try {
      daemon = new Connection(resolveAddress(addressIn(words)));
      await daemon.open();
      return await ask(daemon);
    } catch {
      return [];
    } finally {
      clearTimeout(timer);
      daemon?.close();
    }
  };
}

function addressIn(words: readonly string[]): AddressOptions {
  const reader = addAddressOptions(new Command()).helpOption(false).exitOverride();
  // What is still being typed may lack its value.
  reader.allowUnknownOption().allowExcessArguments().parse(words.slice(0, -1), { from: "user" });
  return reader.opts<DaemonArguments>();
}
