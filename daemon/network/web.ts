import http from "node:http";
import { UserError } from "../../shared/errors.ts";

const PROXY_VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

/** As `fetch`, by way of the proxy that the environment names, which npm and pip take too. */
export async function fetchFromWeb(url: string, options: RequestInit): Promise<Response> {
  const restore = setProxy(http);
  // It keeps to the end the way that is set as it begins.
  const answer = fetch(url, options);
  restore();
  return await answer;
}

/** Has all requests go by the proxy, until what it returns is called. Earlier versions of Node 24 know no way. */
export function setProxy({ setGlobalProxyFromEnv }: Partial<typeof http>): () => void {
  const proxies = PROXY_VARIABLES.map((name) => process.env[name] ?? "").filter((proxy) => proxy !== "");
  if (proxies.length === 0) return () => {};
  if (setGlobalProxyFromEnv === undefined)
    throw new UserError(
      `Node ${process.version} cannot use the proxy of the environment; take a newer Node, or go without HTTP_PROXY and HTTPS_PROXY`,
    );
  // Node would take them, and others of the same environment not.
  const isSocks = proxies.some((proxy) => /^socks/i.test(proxy));
  try {
    if (!isSocks) return setGlobalProxyFromEnv();
  } catch {
    // Its words have the address in them, and that may have a password.
  }
  throw new UserError(
    "the proxy of the environment cannot be used; HTTP_PROXY and HTTPS_PROXY take http://HOST:PORT",
  );
}
