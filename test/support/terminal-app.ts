import { setTimeout } from "node:timers/promises";
import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { onTestFinished } from "vitest";
import { BIN } from "./built.ts";
import { type LinkSpeed, SlowLink } from "./slow-link.ts";

const PATIENCE_MS = 45_000;

/** Keys by their names, as a terminal sends them. */
const KEYS = {
  up: "\u001B[A",
  down: "\u001B[B",
  right: "\u001B[C",
  left: "\u001B[D",
  "shift+right": "\u001B[1;2C",
  "shift+left": "\u001B[1;2D",
  enter: "\r",
  escape: "\u001B",
  tab: "\t",
  space: " ",
  home: "\u001B[H",
  end: "\u001B[F",
  pageup: "\u001B[5~",
  pagedown: "\u001B[6~",
  backspace: "\u007F",
  "shift+tab": "\u001B[Z",
  "ctrl+c": "\u0003",
  "ctrl+g": "\u0007",
  "ctrl+p": "\u0010",
  "ctrl+s": "\u0013",
} as const;

export interface TerminalAppOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of the interface. */
  readonly args?: readonly string[];
  /** Another program instead of the interface. */
  readonly program?: readonly [file: string, ...args: string[]];
  /** What the terminal says to what it is asked, beyond what the emulator says. */
  readonly answer?: (written: string) => string;
  /** The emulator's own answers are not heard. */
  readonly isMute?: boolean;
  /** A slow line between the program and the terminal. */
  readonly link?: LinkSpeed | undefined;
}

/** The terminal interface in a real pseudo-terminal, and the screen that a person would see. */
export class TerminalApp {
  /** Every byte that reached the terminal. */
  raw = "";
  /** How many bytes that were. */
  bytes = 0;
  readonly exited: Promise<number>;
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  readonly #link: SlowLink | undefined;
  readonly #modes = new Map<number, boolean>();

  constructor(
    home: string,
    {
      columns = 80,
      rows = 24,
      env = {},
      args = [],
      program,
      answer,
      isMute = false,
      link,
    }: TerminalAppOptions = {},
  ) {
    const {
      CI: _ci,
      NO_COLOR: _noColor,
      FORCE_COLOR: _forceColor,
      TMUX: _tmux,
      ...environment
    } = process.env;
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const [file, ...operands] = program ?? [process.execPath, BIN, ...args];
    this.#pty = spawn(file, operands, {
      cols: columns,
      rows,
      cwd: home,
      env: { ...environment, TERM: "xterm-256color", COLORTERM: "truecolor", ATELIER_HOME: home, ...env },
    });
    const arrive = (data: string | Buffer) => {
      this.bytes += Buffer.byteLength(data);
      this.raw += data.toString();
      const said = answer?.(data.toString()) ?? "";
      if (said !== "") this.#send(said);
      this.#terminal.write(data);
    };
    if (link === undefined) this.#pty.onData(arrive);
    else this.#link = new SlowLink(this.#pty, link, arrive);
    this.#terminal.onData((data) => {
      const mode = /\[\?(\d+);(\d)\$y$/.exec(data);
      if (mode !== null) this.#modes.set(Number(mode[1]), mode[2] === "1");
      else if (!isMute) this.#send(data);
    });
    this.exited = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
    onTestFinished(() => {
      this.#link?.close();
      try {
        this.#pty.kill("SIGKILL");
      } catch {
        // It has ended.
      }
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** What is on the screen, row by row. */
  rows(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? "",
    );
  }

  text(): string {
    return this.rows().join("\n");
  }

  /** Which screen is shown. */
  get screen(): "normal" | "alternate" {
    return this.#terminal.buffer.active.type;
  }

  /** The characters of each cell, with the number of its colour where that is one of a palette. */
  cells(): { text: string; colour: number | undefined }[][] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, y) => {
      const line = active.getLine(active.viewportY + y);
      return Array.from({ length: this.#terminal.cols }, (__, x) => {
        const cell = line?.getCell(x);
        return {
          text: cell?.getChars() ?? "",
          colour: cell?.isFgPalette() ? cell.getFgColor() : undefined,
        };
      });
    });
  }

  /** Which of the terminal's private modes are set, as the emulator says when it is asked. */
  async setModes(modes: readonly number[]): Promise<number[]> {
    await this.settled();
    await new Promise<void>((resolve) =>
      this.#terminal.write(modes.map((mode) => `\u001B[?${mode}$p`).join(""), resolve),
    );
    return modes.filter((mode) => this.#modes.get(mode));
  }

  /** The window is closed, the connection broken. */
  vanish(): void {
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.#send(key in KEYS ? KEYS[key as keyof typeof KEYS] : key);
  }

  /** As a terminal with bracketed paste hands it on. */
  paste(text: string): void {
    this.#pty.write(`\u001B[200~${text}\u001B[201~`);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.#pty.pid, name);
  }

  /** Waits until the screen is as it should be; throws with what it is. */
  async until(isSo: (text: string) => boolean): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const text = this.text();
      if (isSo(text)) return text;
      if (performance.now() > deadline) throw new Error(`the screen stayed like this:\n${text}`);
      await setTimeout(20);
    }
  }

  #send(keys: string): void {
    if (this.#link === undefined) this.#pty.write(keys);
    else this.#link.write(keys);
  }

  /** All that was written has been taken in by the emulated terminal. */
  async settled(): Promise<void> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
  }
}
