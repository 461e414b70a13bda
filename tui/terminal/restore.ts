import { writeSync } from "node:fs";

/** Alternate screen, cursor, mouse, bracketed paste, kitty keyboard, synchronized output, colours. */
const RESTORE =
  "\u001B[?2026l\u001B[?1000l\u001B[?1002l\u001B[?1003l\u001B[?1006l\u001B[?2004l\u001B[<u\u001B[?1049l\u001B[?25h\u001B[0m";
const ENTER = "\u001B[?1049h\u001B[?25l\u001B[2J\u001B[H";

/**
 * Takes the screen, and gives it back as it was on every way out: return, throw, rejection, process.exit
 * and signals. Returns what gives it back now.
 */
export function takeScreen(): () => void {
  let isTaken = true;
  write(ENTER);
  const give = () => {
    if (!isTaken) return;
    isTaken = false;
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    write(RESTORE);
  };
  process.once("exit", give);
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGHUP", 1],
    ["SIGINT", 2],
  ] as const)
    process.once(signal, () => {
      give();
      process.exit(128 + number);
    });
  const fail = (error: unknown) => {
    give();
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  };
  process.once("uncaughtException", fail);
  process.once("unhandledRejection", fail);
  return give;
}

/** Synchronously, as a process that ends waits for nothing; a terminal that is gone needs nothing. */
function write(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // The terminal has vanished.
  }
}
