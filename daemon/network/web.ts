import { setGlobalProxyFromEnv } from "node:http";
import { messageOf, UserError } from "../../shared/errors.ts";

/** As `fetch`, by way of the proxy that the environment names, which npm and pip take too. */
export async function fetchFromWeb(url: string, options: RequestInit): Promise<Response> {
  try {
    setGlobalProxyFromEnv();
  } catch (error) {
    throw new UserError(
      `the proxy of the environment cannot be used: ${messageOf(error)}; HTTP_PROXY and HTTPS_PROXY take http://HOST:PORT`,
    );
  }
  return await fetch(url, options);
}
