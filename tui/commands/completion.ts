import { Argument, Command, Option } from "commander";
import { controlsOf } from "../../shared/controls.ts";
import { PLAIN_LINE } from "../../shared/plain-text.ts";
import { PRESETS } from "../../shared/presets.ts";
import { STAGE_PLANS } from "../../shared/recipe.ts";
import { type AddressOptions, resolveAddress } from "../client/address.ts";
import { Connection } from "../client/connection.ts";
import { stateText, titleOf } from "../terminal/job-text.ts";
import { count, formatNumber, print, printData } from "../terminal/print.ts";
import { addAddressOptions, type DaemonArguments } from "./options.ts";

/** A daemon that does not answer at once is not waited for: completing must feel like typing. */
const PATIENCE_MS = 400;

/** Each script hands over the words before the cursor, the unfinished one last, and takes `value<TAB>description` lines. */
const SCRIPTS = {
  // What the daemon answers is never evaluated, and comes quoted. An id and its iteration, which bash takes for two
  // words, are put together, and what it does not replace is cut off the candidates.
  bash: `_atelier() {
  local one word= words=()
  for one in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    [[ -n $word && $word != *@ && $one != @* ]] && words+=("$word") && word=
    word+=\${one//\\\\/}
  done
  local kept=\${word%"\${2//\\\\/}"}
  COMPREPLY=()
  while IFS= read -r one; do
    printf -v one %q "\${one#"$kept"}"
    COMPREPLY+=("$one")
  done < <(atelier complete -- "\${words[@]}" "$word" 2>/dev/null | cut -f1)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _atelier atelier`,
  zsh: `#compdef atelier
_atelier() {
  local -a candidates
  candidates=("\${(@f)$(atelier complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | sed -e 's/:/\\\\:/g' -e 's/\\t/:/')}")
  if [[ -n \${candidates[1]} ]]; then _describe atelier candidates; else _files; fi
}
compdef _atelier atelier`,
  fish: `complete -c atelier -f -a '(atelier complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
complete -c atelier -n 'test (count (atelier complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)) -eq 0' -F`,
} as const;

interface Candidate {
  readonly value: string;
  readonly description: string;
}

export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .summary("completion of commands, options and jobs for your shell")
    .description("Prints a script that makes your shell complete commands, options, jobs and controls.")
    .addArgument(new Argument("<shell>").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      `
To install it:
  bash   echo 'source <(atelier completion bash)' >> ~/.bashrc
  zsh    echo 'source <(atelier completion zsh)' >> ~/.zshrc
  fish   atelier completion fish > ~/.config/fish/completions/atelier.fish`,
    )
    .action((shell: keyof typeof SCRIPTS) => print(SCRIPTS[shell]));

  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      for (const { value, description } of await candidatesFor(program, words))
        if (PLAIN_LINE.test(value)) printData(`${value}\t${description}`);
    });
}

/** The command that a word means within another. */
export function innerCommand({ commands }: Command, word: string): Command | undefined {
  return commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** What may come next, from commander's own tree of commands. Nothing where a file may be meant. */
async function candidatesFor(program: Command, words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? "";
  const asking = askerFor(words);
  let command = program;
  const operands: string[] = [];
  for (const word of words.slice(0, -1)) {
    const inner = innerCommand(command, word);
    if (inner !== undefined && operands.length === 0) command = inner;
    else if (!word.startsWith("-")) operands.push(word);
  }
  const isFitting = ({ value }: Candidate) => value.startsWith(typed);
  const before = words.at(-2);
  const awaited = command.options.find((option) => option.long === before || option.short === before);
  if (awaited !== undefined && !awaited.isBoolean())
    return (await valuesOf(asking, awaited)).filter(isFitting);
  if (typed.startsWith("-"))
    return command.options
      .map(({ long, description }) => ({ value: long ?? "", description }))
      .filter(isFitting);
  if (command.commands.length > 0)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((one) => ({ value: one.name(), description: one.summary() || one.description() }))
      .filter(isFitting);
  const place = Math.min(operands.length, command.registeredArguments.length - 1);
  const argument = command.registeredArguments[place];
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined)
    return argument.argChoices.map((value) => ({ value, description: "" })).filter(isFitting);
  const [, ofJob] = argument.name().endsWith("[@iteration]") ? (/^([^@]+)@/.exec(typed) ?? []) : [];
  if (ofJob !== undefined) return (await checkpointCandidates(asking, ofJob)).filter(isFitting);
  if (argument.name().startsWith("job")) return (await jobCandidates(asking)).filter(isFitting);
  if (argument.name().startsWith("control"))
    return (await controlCandidates(asking, operands[0])).filter(isFitting);
  return [];
}

async function valuesOf(asking: Asking, { argChoices, long }: Option): Promise<Candidate[]> {
  const plain = (values: readonly string[]) => values.map((value) => ({ value, description: "" }));
  if (argChoices !== undefined) return plain(argChoices);
  if (long === "--preset") return PRESETS.map(({ name, summary }) => ({ value: name, description: summary }));
  if (long === "--stages") return plain(STAGE_PLANS);
  if (long === "--group") return await groupCandidates(asking);
  if (long === "--after") return await jobCandidates(asking);
  return [];
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
