import { constants } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { codeOf } from "../../shared/errors.ts";
import { writeNow } from "./synchronous.ts";

/**
 * Ends a sequence that was cut off, then: synchronized output, mouse, focus, bracketed paste, kitty keyboard,
 * alternate screen, cursor, wrapping, colours.
 */
const RESTORE = `\u001B\\\u001B[?2026l${[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 2004]
  .map((mode) => `\u001B[?${mode}l`)
  .join("")}\u001B[<u\u001B[?1049l\u001B[?25h\u001B[?7h\u001B[0m`;
/**
 * Without wrapping: terminals differ in how wide some letters are, and a row that is too long for one of them would
 * shift all rows below.
 */
const ENTER = "\u001B[?1049h\u001B[?25l\u001B[?7l\u001B[2J\u001B[H";
/** A terminal that takes nothing is not waited for any longer when the process ends. */
const LAST_WRITE_MS = 1000;
/** Time for the signal that stops the process to do so. */
const STOP_MS = 50;

/** Whoever draws on the screen, and has to let go of it for a while. */
export interface ScreenUser {
  /** The last thing, at once: answers what is to be sent to remove that which would outlive the screen. */
  leave(): string;
  /** Resolves once nothing is written and no key read any more. */
  pause(): Promise<void>;
  /** The screen is taken again, and empty. */
  resume(): Promise<void>;
}

/** The terminal's screen while it is ours. */
export interface TakenScreen {
  readonly isTaken: boolean;
  user: ScreenUser | undefined;
  /** Gives it back for good. */
  give(): void;
  /** Gives it back, stops the process as Ctrl+Z does, and takes it again when the process goes on. */
  stop(): Promise<void>;
}

/**
 * Takes the screen, and gives it back as it was on every way out: return, throw, rejection, process.exit,
 * signals, and a terminal that vanishes, which ends the process quietly.
 */
export function takeScreen(): TakenScreen {
  let isStopping = false;
  const screen = {
    isTaken: false,
    user: undefined as ScreenUser | undefined,
    give() {
      leave();
      for (const [target, event, listener] of listeners) target.off(event, listener);
    },
    async stop() {
      await around(async () => {
        leave();
        process.off("SIGTSTP", stop);
        // The whole group, as the terminal does it: whoever started us may have to stop as well.
        process.kill(0, "SIGTSTP");
        // It stops here; where nobody could let it go on, the system ignores the signal.
        await wait(STOP_MS);
        process.on("SIGTSTP", stop);
      });
    },
  };
  /** While `work` is done the screen's user lets go of it. */
  const around = async (work: () => void | Promise<void>) => {
    if (isStopping || !screen.isTaken) return;
    isStopping = true;
    try {
      await screen.user?.pause();
      await work();
      enter();
      // A process that is stopped, or in the background, is not told of another size.
      process.emit("SIGWINCH", "SIGWINCH");
      await screen.user?.resume();
    } finally {
      isStopping = false;
    }
  };
  const enter = () => {
    // First, as this waits where the process was let go on in the background.
    if (process.stdin.isTTY) process.stdin.setRawMode(true);
    letWritesQueue(true);
    screen.isTaken = true;
    writeNow(1, ENTER, LAST_WRITE_MS);
  };
  const leave = () => {
    if (!screen.isTaken) return;
    screen.isTaken = false;
    const farewell = screen.user?.leave() ?? "";
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    writeNow(1, farewell + RESTORE, LAST_WRITE_MS);
    letWritesQueue(false);
  };
  const stop = () => void screen.stop();
  // Somebody else had the terminal, and may have changed all of it.
  const goOn = () => void around(leave);
  const end = (signal: "SIGHUP" | "SIGINT" | "SIGTERM") => () => {
    screen.give();
    process.exit(128 + constants.signals[signal]);
  };
  const vanish = end("SIGHUP");
  const fail = (error: unknown) => {
    screen.give();
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  };
  const failedWrite = (error: unknown) => (isVanished(error) ? vanish() : fail(error));
  const listeners: [target: NodeJS.EventEmitter, event: string, listener: (error: unknown) => void][] = [
    [process, "exit", () => leave()],
    [process, "SIGTERM", end("SIGTERM")],
    [process, "SIGHUP", vanish],
    [process, "SIGINT", end("SIGINT")],
    [process, "SIGTSTP", stop],
    [process, "SIGCONT", goOn],
    [process, "uncaughtException", fail],
    [process, "unhandledRejection", fail],
    [process.stdout, "error", failedWrite],
    [process.stderr, "error", failedWrite],
    [process.stdin, "error", failedWrite],
    [process.stdin, "end", vanish],
  ];
  for (const [target, event, listener] of listeners) target.prependListener(event, listener);
  enter();
  return screen;
}

/** The terminal is closed, or the connection to it. */
function isVanished(error: unknown): boolean {
  return ["EIO", "EPIPE", "ENXIO", "EBADF"].includes(codeOf(error) ?? "");
}

/**
 * Node writes to terminals in a way that holds up everything while they take nothing, as on a slow link. Writes
 * that queue let keys be read meanwhile.
 */
function letWritesQueue(isQueueing: boolean): void {
  const { _handle: handle } = process.stdout as { _handle?: { setBlocking?: (isBlocking: boolean) => void } };
  handle?.setBlocking?.(!isQueueing);
}
