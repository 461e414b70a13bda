import { UserError } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";

export const NO_LINK = "no link to the daemon; ask again when it is back";

/** Refuses what a person asks for while there is no link: kept until it is back, it would come as a surprise. */
export function needLink(daemon: Connection): void {
  if (!daemon.isOpen) throw new UserError(NO_LINK);
}
