import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Tmux } from "./capabilities.ts";

const PATIENCE_MS = 2000;
const FORMAT = "#{version}\t#{allow-passthrough}\t#{client_termname}\t#{client_termtype}";

/** What the tmux around us is; undefined where it does not answer. */
export async function askTmux(env: NodeJS.ProcessEnv): Promise<Tmux | undefined> {
  const { TMUX_PANE: pane } = env;
  try {
    const { stdout } = await promisify(execFile)(
      "tmux",
      ["display-message", "-p", ...(pane ? ["-t", pane] : []), FORMAT],
      { env, timeout: PATIENCE_MS },
    );
    const [version = "", passthrough = "", terminal = "", name = ""] = stdout.trimEnd().split("\t");
    return {
      version,
      allowsPassthrough: ["1", "on", "all"].includes(passthrough),
      terminal: `${terminal} ${name}`.trim(),
    };
  } catch {
    // No tmux in PATH, or it hangs: then it is not known what it can do.
    return undefined;
  }
}

/** For the terminal that tmux is attached to, past tmux itself. */
export function throughTmux(text: string): string {
  return `\u001BPtmux;${text.replaceAll("\u001B", "\u001B\u001B")}\u001B\\`;
}
