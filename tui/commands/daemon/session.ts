import { type AddressOptions, resolveAddress } from "../../client/address.ts";
import { Connection } from "../../client/connection.ts";
import { UnreachableError } from "../../client/link-problems.ts";
import { printNote } from "../../terminal/print.ts";

/** How long a command waits for a daemon that has gone. */
const PATIENCE_MS = 30_000;

export interface SessionOptions {
  /** Waits for the daemon for ever. */
  readonly isPatient?: boolean;
  /** Told why there is no link, once for each reason, and with null that it is back. */
  readonly onLink?: (problem: string | null) => void;
}

export function tellOfLink(problem: string | null): void {
  printNote(problem === null ? "the link is back" : `link lost: ${problem}; trying again`);
}

/**
 * Runs `work` with a connection to the daemon and closes it afterwards. Throws an UnreachableError where the daemon goes
 * meanwhile and does not come back.
 */
export async function withDaemon<T>(
  options: AddressOptions,
  work: (daemon: Connection) => Promise<T>,
  { isPatient = false, onLink = tellOfLink }: SessionOptions = {},
): Promise<T> {
  const daemon = new Connection(resolveAddress(options));
  await daemon.open();
  const gone = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const told = new Set<string>();
  daemon.on("lost", ({ problem: { message }, isFinal }) => {
    if (isFinal) return;
    if (!told.has(message)) onLink(message);
    told.add(message);
    if (isPatient) return;
    timer ??= setTimeout(
      () =>
        gone.reject(
          new UnreachableError(
            `the daemon did not come back within ${PATIENCE_MS / 1000} s: ${message}\nWhether it did what was asked shows: atelier list`,
          ),
        ),
      PATIENCE_MS,
    );
  });
  daemon.on("open", () => {
    clearTimeout(timer);
    timer = undefined;
    if (told.size > 0) onLink(null);
    told.clear();
  });
  try {
    return await Promise.race([work(daemon), gone.promise]);
  } finally {
    clearTimeout(timer);
    daemon.close();
  }
}
