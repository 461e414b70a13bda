import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { BIN } from "../../support/built.ts";
import { cpuSeconds, residentBytes } from "../usage.ts";

const PATIENCE_MS = 20_000;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The sizes at which everything is measured. */
export const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 160, rows: 50 },
];

export function nameOf({ columns, rows }: Size): string {
  return `${columns}×${rows}`;
}

/** The terminal interface in a real pseudo-terminal, with the time at which each change reached the screen. */
export class BenchedTerminal implements Disposable {
  readonly size: Size;
  readonly began = performance.now();
  /** Bytes that reached the terminal. */
  bytes = 0;
  /** Called with what reaches the terminal. */
  onOutput: (text: string) => void = () => {};
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  #onDrawn = () => {};

  constructor(home: string, size: Size, args: readonly string[] = [], nodeOptions: readonly string[] = []) {
    const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, TMUX: _tmux, ...env } = process.env;
    const { columns: cols, rows } = size;
    this.size = size;
    this.#terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    this.#pty = spawn(process.execPath, [...nodeOptions, BIN, ...args], {
      cols,
      rows,
      cwd: home,
      env: { ...env, TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8", ATELIER_HOME: home },
    });
    this.#pty.onData((data) => {
      this.bytes += Buffer.byteLength(data);
      this.onOutput(data);
      this.#terminal.write(data, () => this.#onDrawn());
    });
    this.#terminal.onData((data) => this.#pty.write(data));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  rows(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.size.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? "",
    );
  }

  text(): string {
    return this.rows().join("\n");
  }

  press(key: string): void {
    this.#pty.write(key);
  }

  /** Milliseconds from now until the screen is so; looks whenever something was drawn. */
  async until(isSo: () => boolean): Promise<number> {
    const began = performance.now();
    const drawn = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => drawn.reject(new Error(`the screen stayed like this:\n${this.text()}`)),
      PATIENCE_MS,
    );
    this.#onDrawn = () => {
      if (isSo()) drawn.resolve();
    };
    this.#onDrawn();
    try {
      await drawn.promise;
      return performance.now() - began;
    } finally {
      clearTimeout(timer);
      this.#onDrawn = () => {};
    }
  }

  /** Milliseconds from a key until what `look` sees is another. */
  async change(key: string, look: (text: string) => string | undefined): Promise<number> {
    const before = look(this.text());
    this.press(key);
    return await this.until(() => look(this.text()) !== before);
  }

  cpuSeconds(): number {
    return cpuSeconds(this.#pty.pid);
  }

  residentBytes(): { now: number; peak: number } {
    return residentBytes(this.#pty.pid);
  }

  [Symbol.dispose](): void {
    this.#pty.kill("SIGKILL");
  }
}
