import { execFileSync, spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** For a title, so that a skip explains itself. */
export function withTmux(title: string): string {
  return hasTmux ? title : `${title} (skipped: needs tmux)`;
}

let servers = 0;

/** A tmux of its own without anybody's settings; each window runs one program. It ends with the test. */
export class Tmux {
  readonly #name = `atelier-test-${process.pid}-${++servers}`;

  constructor() {
    onTestFinished(() => {
      spawnSync("tmux", ["-L", this.#name, "kill-server"]);
    });
  }

  /** A window of a size with a program in it; answers its name. */
  open(columns: number, rows: number, command: string): string {
    const size = ["-x", String(columns), "-y", String(rows)];
    const pane = this.#run("new-session", "-d", "-P", "-F", "#{pane_id}", ...size, command);
    this.#run("set-option", "-g", "status", "off");
    this.resize(pane, columns, rows);
    return pane;
  }

  resize(pane: string, columns: number, rows: number): void {
    this.#run("resize-window", "-t", pane, "-x", String(columns), "-y", String(rows));
  }

  /** What is on the screen of a window. */
  text(pane: string): string {
    return this.#run("capture-pane", "-p", "-t", pane);
  }

  #run(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.#name, "-f", "/dev/null", "-u", ...args], {
      encoding: "utf8",
    }).replace(/\n$/, "");
  }
}
