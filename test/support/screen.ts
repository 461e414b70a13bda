import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { BIN } from "./built.ts";

export interface Screen {
  readonly code: number;
  /** Every byte that reached the terminal. */
  readonly raw: string;
  /** All lines of the emulated terminal, scrolled-off ones included; wrapped rows stand apart. */
  readonly rows: readonly { readonly text: string; readonly isWrapped: boolean }[];
}

/** Runs the real command in a real pseudo-terminal and emulates what a person would see. */
export async function onScreen(
  args: readonly string[],
  options: { readonly columns: number; readonly home: string; readonly env?: Record<string, string> },
): Promise<Screen> {
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...environment } = process.env;
  const terminal = new xterm.Terminal({
    cols: options.columns,
    rows: 24,
    scrollback: 1000,
    allowProposedApi: true,
  });
  const pty = spawn(process.execPath, [BIN, ...args], {
    cols: options.columns,
    rows: 24,
    cwd: options.home,
    env: {
      ...environment,
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      ATELIER_HOME: options.home,
      ...options.env,
    },
  });
  let raw = "";
  pty.onData((data) => {
    raw += data;
  });
  const code = await new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  await new Promise<void>((resolve) => terminal.write(raw, resolve));
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: buffer.length }, (_, i) => {
    const line = buffer.getLine(i);
    return { text: line?.translateToString(true) ?? "", isWrapped: line?.isWrapped ?? false };
  });
  return { code, raw, rows };
}
