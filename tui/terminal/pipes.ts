import { fileProblem } from "../../shared/errors.ts";
import { EXIT } from "./exit.ts";
import { printError } from "./print.ts";

let workers = 0;

/** Does work of which more comes than words: it goes on when nobody reads them any more. */
export async function outlivingReaders<T>(work: () => Promise<T>): Promise<T> {
  workers++;
  try {
    return await work();
  } finally {
    workers--;
  }
}

/** `atelier … | head` ends when head does, without a stack trace: what was read was all that was wanted. */
export function leavePipesQuietly(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (workers > 0) return;
      if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.ok);
      if (stream === process.stdout) printError(`cannot write what was asked for: ${fileProblem(error)}`);
      process.exit(EXIT.failed);
    });
}
