import { UserError } from "../../shared/errors.ts";
import type { Capabilities, Wishes } from "./capabilities.ts";
import { detectCapabilities } from "./detect.ts";
import { type TakenScreen, takeScreen } from "./restore.ts";
import { TerminalInput } from "./terminal-input.ts";

/** The terminal that this process runs in, taken for a full-screen interface. */
export interface Terminal {
  readonly screen: TakenScreen;
  readonly input: TerminalInput;
  /** Known after one round trip. */
  readonly capabilities: Promise<Capabilities>;
}

/** Takes the terminal and asks it what it can show; whoever takes it gives its screen back. */
export function takeTerminal(wishes: Wishes): Terminal {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UserError(
      "this is no terminal; plain lines come with: atelier --plain; for scripts there are the commands: atelier --help",
    );
  const screen = takeScreen();
  const input = new TerminalInput(process.stdin);
  return {
    screen,
    input,
    capabilities: detectCapabilities(process.env, wishes, input, process.stdout),
  };
}
