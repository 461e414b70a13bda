import { EXIT } from "./exit.ts";
import { outlivingReaders } from "./pipes.ts";

/** A signal may come twice, from the terminal and from the Node that handed over to this one. */
const SAME_SIGNAL_MS = 500;

/**
 * Does work that Ctrl+C, the end of the process or of its terminal stops, each also the programs that it runs; twice at
 * once.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onStop: () => void = () => {},
): Promise<T> {
  const stop = new AbortController();
  let stoppedAt = 0;
  const interrupt = (signal: NodeJS.Signals) => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now();
      stop.abort();
      onStop();
      // A terminal that is closed says so again and again.
    } else if (signal !== "SIGHUP" && performance.now() - stoppedAt > SAME_SIGNAL_MS)
      process.exit(EXIT.interrupted);
  };
  // Node has undone what nohup does: who does not listen is ended.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await outlivingReaders(async () => await work(stop.signal));
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
