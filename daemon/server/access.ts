import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { UserError } from "../../shared/errors.ts";

/** How a connection came in: over the owner's Unix socket, or over TCP with a token. */
export type Access =
  | { readonly kind: "socket" }
  /** `hosts`: the names by which clients may call this machine, besides localhost and bare addresses. */
  | { readonly kind: "tcp"; readonly token: string; readonly hosts: ReadonlySet<string> };

/** The token of a file, made on first use, for its owner alone. */
export function loadToken(file: string): string {
  if (!existsSync(file))
    writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
  const token = readFileSync(file, "utf8").trim();
  if (token.length < 32)
    throw new UserError(`${file}: the token is shorter than 32 characters; delete the file to get a new one`);
  return token;
}

/** Why a connection is refused, as an HTTP status; undefined where it is welcome. */
export function refusal(request: IncomingMessage, access: Access): 401 | 403 | undefined {
  // Browsers always send an Origin and command-line clients never do: no web page may reach the daemon.
  if (request.headers.origin !== undefined) return 403;
  if (access.kind === "socket") return undefined;
  // A name that was rebound to this address by DNS still stands in Host; a bare address cannot be rebound.
  const host = hostOf(request.headers.host ?? "");
  if (host !== "localhost" && isIP(host) === 0 && !access.hosts.has(host)) return 403;
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  return isSame(given, access.token) ? undefined : 401;
}

/** Compares hashes, so that neither length nor content shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  const hashOf = (text: string) => hash("sha256", text, "buffer");
  return timingSafeEqual(hashOf(a), hashOf(b));
}

function hostOf(header: string): string {
  return header
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
