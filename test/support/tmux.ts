import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newHome } from "./temporary.ts";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** For a title, so that a skip explains itself. */
export function withTmux(title: string): string {
  return hasTmux ? title : `${title} (skipped: needs tmux)`;
}

/** A tmux of its own without anybody's settings; each window runs one program. It ends with the test. */
export class Tmux {
  readonly #socket = join(newHome(), "tmux");

  constructor() {
    onTestFinished(() => {
      spawnSync("tmux", ["-S", this.#socket, "kill-server"]);
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
    return execFileSync("tmux", ["-S", this.#socket, "-f", "/dev/null", "-u", ...args], {
      encoding: "utf8",
    }).replace(/\n$/, "");
  }
}
