import { setGlobalProxyFromEnv } from "node:http";
import { UserError } from "../../shared/errors.ts";

const PROXY_VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

/** As `fetch`, by way of the proxy that the environment names, which npm and pip take too. */
export async function fetchFromWeb(url: string, options: RequestInit): Promise<Response> {
  const restore = setProxy();
  // It keeps to the end the way that is set as it begins.
  const answer = fetch(url, options);
  restore();
  return await answer;
}

/** Has all requests go by the proxy, until what it returns is called. */
function setProxy(): () => void {
  // Node would take them, and others of the same environment not.
  const isSocks = PROXY_VARIABLES.some((name) => /^socks/i.test(process.env[name] ?? ""));
  try {
    if (!isSocks) return setGlobalProxyFromEnv();
  } catch {
    // Its words have the address in them, and that may have a password.
  }
  throw new UserError(
    "the proxy of the environment cannot be used; HTTP_PROXY and HTTPS_PROXY take http://HOST:PORT",
  );
}
