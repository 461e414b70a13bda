import { isAbsolute, resolve } from "node:path";
import { UserError } from "../../shared/errors.ts";

/** A path that a client sent, in its one spelling. The daemon's own folder is nobody's business, so it must be absolute. */
export function pathFrom(sent: string): string {
  if (sent.includes("\0")) throw new UserError("a path with a zero byte in it leads to no file");
  if (!isAbsolute(sent)) throw new UserError(`${sent}: expected an absolute path`);
  return resolve(sent);
}
