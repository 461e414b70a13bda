import type { WriteStream } from "node:tty";
import { toAscii } from "./ascii.ts";
import type { TakenScreen } from "./restore.ts";

/** Erases what was scrolled off, which is not ours. */
const ERASE_SCROLLBACK = "\u001B[3J";

/**
 * The terminal for whoever draws text on the taken screen: once that is given back nothing more reaches it, such
 * as a last frame. Whatever the text was made of, it is ASCII where the terminal has nothing else.
 */
export function screenOutput(
  stream: WriteStream,
  screen: Pick<TakenScreen, "isTaken">,
  isUnicode: boolean,
): WriteStream {
  const write = (text: string | Uint8Array, done?: () => void): boolean => {
    const mine = typeof text === "string" ? text.replaceAll(ERASE_SCROLLBACK, "") : text;
    const shown = isUnicode || typeof mine !== "string" ? mine : toAscii(mine);
    return stream.write(screen.isTaken ? shown : "", done);
  };
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
