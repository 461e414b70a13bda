import { type Command, Option } from "commander";
import { COLOURS, type Colours, PICTURES, type Pictures, type Wishes } from "../terminal/capabilities.ts";

export interface TerminalArguments {
  readonly pictures: Pictures | "auto";
  readonly colours: Colours | "auto";
  readonly ascii?: boolean;
}

/** The options of commands that draw on the whole terminal. */
export function addTerminalOptions(command: Command): Command {
  return command
    .optionsGroup("Terminal:")
    .addOption(
      new Option("--pictures <how>", "how pictures are shown; atelier doctor tells what auto finds")
        .choices(["auto", ...PICTURES])
        .default("auto"),
    )
    .addOption(
      new Option("--colours <how>", "how many colours; NO_COLOR in the environment means none as well")
        .choices(["auto", ...COLOURS])
        .default("auto"),
    )
    .addOption(new Option("--ascii", "no letters beyond ASCII: no braille, no frames"));
}

export function wishesFrom({ pictures, colours, ascii = false }: TerminalArguments): Wishes {
  return { pictures, colours, isAscii: ascii };
}
