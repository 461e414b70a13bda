import { Argument, type Command, Option } from "commander";
import { PLAIN_LINE } from "../../shared/plain-text.ts";
import { print, printData } from "../terminal/print.ts";
import { candidatesFor } from "./completion/candidates.ts";
import { SCRIPTS } from "./completion/scripts.ts";
import { readLine, replyForBash } from "./completion/shell-line.ts";

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
    .addOption(new Option("--for-bash <text>", "what bash would replace"))
    .argument("<line>", "up to the cursor")
    .action(async (line: string, { forBash }: { forBash?: string }) => {
      // The first word is what the program is called.
      const candidates = await candidatesFor(program, readLine(line).words.slice(1));
      for (const { value, description } of candidates)
        if (PLAIN_LINE.test(value))
          printData(forBash === undefined ? `${value}\t${description}` : replyForBash(line, forBash, value));
    });
}
