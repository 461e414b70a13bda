import { access, constants, open } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import type { Progress } from "../style/transfer.ts";

/** A file with one line of JSON per iteration. */
export interface Trace extends AsyncDisposable {
  /** Never throws: a trace that fails is no reason to lose a picture. */
  write(progress: Progress, seconds: number): Promise<void>;
  /** Throws a UserError where any line could not be written. */
  close(): Promise<void>;
}

const NO_TRACE: Trace = {
  write: async () => await Promise.resolve(),
  close: async () => await Promise.resolve(),
  [Symbol.asyncDispose]: async () => await Promise.resolve(),
};

/** Throws a UserError where no trace could be written; touches nothing, for a run may still be refused. */
export async function checkTrace(file: string): Promise<void> {
  const canWrite = async (path: string) => await access(path, constants.W_OK);
  await canWrite(file)
    .catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await canWrite(dirname(file));
    })
    .catch((error: unknown) => {
      throw refusal(file, error);
    });
}

/** Begins a trace anew; without a name nothing is written. Throws a UserError. */
export async function openTrace(file: string | undefined): Promise<Trace> {
  if (file === undefined) return NO_TRACE;
  const handle = await open(file, "w").catch((error: unknown) => {
    throw refusal(file, error);
  });
  let failure: UserError | undefined;
  const attempt = async (work: () => Promise<void>) => {
    try {
      if (failure === undefined) await work();
    } catch (error) {
      failure = refusal(file, error);
    }
  };
  return {
    async write({ loss, stages: _stages, size, ...counts }, seconds) {
      const line = { ...counts, ...size, seconds, total: loss.total, terms: Object.fromEntries(loss.terms) };
      await attempt(async () => await handle.appendFile(`${JSON.stringify(line)}\n`));
    },
    async close() {
      await attempt(async () => await handle.close());
      if (failure !== undefined) throw failure;
    },
    [Symbol.asyncDispose]: async () => await handle.close().catch(() => {}),
  };
}

function refusal(file: string, error: unknown): UserError {
  return new UserError(`cannot write the trace ${file}: ${fileProblem(error)}`, { cause: error });
}
