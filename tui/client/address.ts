import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { dirname, join } from "node:path";
import type { ClientOptions } from "ws";
import { fileProblem, UsageError, UserError } from "../../shared/errors.ts";
import { homeFolder, socketPath, TOKEN_FILE } from "../../shared/home.ts";

/** A daemon answers at once, also over the slowest link; one that hangs never does. */
export const HANDSHAKE_MS = 10_000;

/** Where the daemon is: its socket here, or a machine that needs the token. */
export interface Address {
  readonly url: string;
  readonly options: ClientOptions;
  /** For people. */
  readonly name: string;
  /** The daemon sees the same files as this process. */
  readonly isLocal: boolean;
  /** Of its socket, which is only ours while this folder is. */
  readonly folder?: string;
}

export interface AddressOptions {
  /** `HOST:PORT`, `ws://…` or `wss://…`; the local socket when absent. */
  readonly connect?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** Certificates (PEM) to trust besides the system's. */
  readonly ca?: string | undefined;
}

export function resolveAddress({ connect, tokenFile, ca }: AddressOptions): Address {
  if (connect === undefined) {
    const path = socketPath();
    // Not in the address: a path may hold what would mean something else there.
    const options = { createConnection: () => createConnection({ path, timeout: HANDSHAKE_MS }) };
    return { url: "ws://localhost/", options, name: path, isLocal: true, folder: dirname(path) };
  }
  const url = /^wss?:\/\//.test(connect) ? connect : `ws://${connect}`;
  const isWhole = url === connect || /^[^/]+:\d+\/?$/.test(connect);
  if (!URL.canParse(url) || !isWhole)
    throw new UsageError(`"${connect}": expected HOST:PORT or wss://HOST:PORT`);
  return {
    url,
    name: url,
    isLocal: false,
    options: {
      headers: { authorization: `Bearer ${readToken(tokenFile)}` },
      ...(ca !== undefined && { ca: readFile(ca) }),
    },
  };
}

function readToken(file: string | undefined): string {
  const { ATELIER_TOKEN: token } = process.env;
  if (file === undefined && token) return checked(token, "ATELIER_TOKEN");
  const place = file ?? join(homeFolder("data"), TOKEN_FILE);
  const hint = "; the token lies in the daemon's data folder, or in ATELIER_TOKEN";
  return checked(readFile(place, hint).toString().trim(), place);
}

/** Anything else could not be sent. */
function checked(token: string, place: string): string {
  if (!/^[\x21-\x7E]+$/.test(token)) throw new UserError(`${place} does not hold a token: expected one word`);
  return token;
}

function readFile(file: string, hint = ""): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${fileProblem(error)}${hint}`);
  }
}
