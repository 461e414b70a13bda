import type { WriteStream } from "node:tty";
import {
  type Capabilities,
  capabilitiesFrom,
  isInTmux,
  NO_ANSWERS,
  type TerminalAnswers,
  type Wishes,
} from "./capabilities.ts";
import type { TerminalInput } from "./terminal-input.ts";
import { askTmux } from "./tmux.ts";

/** A terminal that says nothing is waited for no longer than this. */
const PATIENCE_MS = 2000;
/** Asks for kitty's graphics with a picture of one pixel that is not kept. */
const KITTY_QUERY = "\u001B_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u001B\\";
/** Name and version, a cell's size, the background, and what every terminal answers (DA1), so that silence is known at once. */
const QUERIES = "\u001B[>q\u001B[16t\u001B]11;?\u001B\\\u001B[c";
const DA1 = /^\p{Cc}\[\?[\d;]*c$/u;

/** Finds out what a terminal can show, by the environment and one round trip. It has to be in raw mode. */
export async function detectCapabilities(
  env: NodeJS.ProcessEnv,
  wishes: Wishes,
  input: TerminalInput,
  output: WriteStream,
): Promise<Capabilities> {
  const [answers, tmux] = await Promise.all([
    askTerminal(env, input, output),
    isInTmux(env) ? askTmux(env) : undefined,
  ]);
  return capabilitiesFrom({ env, answers, tmux, wishes });
}

async function askTerminal(
  env: NodeJS.ProcessEnv,
  input: TerminalInput,
  output: WriteStream,
): Promise<TerminalAnswers> {
  const { TERM: term } = env;
  if (!term || term === "dumb" || term === "linux") return NO_ANSWERS;
  // tmux and screen take such a string for a title, and Apple's terminal shows it.
  const isHeard = !isInTmux(env) && !env["STY"] && env["TERM_PROGRAM"] !== "Apple_Terminal";
  const said = await input.ask(() => output.write((isHeard ? KITTY_QUERY : "") + QUERIES), DA1, PATIENCE_MS);
  return answersFrom(said);
}

function answersFrom(said: readonly string[]): TerminalAnswers {
  const all = said.join("");
  const [, height, width] = /\[6;(\d+);(\d+)t/.exec(all) ?? [];
  const [, name = ""] = /P>\|(\P{Cc}*)/u.exec(all) ?? [];
  const [, background] = /\]11;(\P{Cc}+)/u.exec(all) ?? [];
  return {
    isSpeaking: said.some((one) => DA1.test(one)),
    hasKittyGraphics: /_Gi=31;OK/.test(all),
    name,
    cell:
      Number(height) > 0 && Number(width) > 0 ? { width: Number(width), height: Number(height) } : undefined,
    background,
  };
}
