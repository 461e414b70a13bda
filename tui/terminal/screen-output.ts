import type { WriteStream } from "node:tty";
import type { TakenScreen } from "./restore.ts";

/** Erases what was scrolled off, which is not ours. */
const ERASE_SCROLLBACK = "\u001B[3J";

/**
 * The terminal for whoever draws text on the taken screen: once that is given back nothing more reaches it, such
 * as a last frame.
 */
export function screenOutput(stream: WriteStream, screen: Pick<TakenScreen, "isTaken">): WriteStream {
  const write = (text: string | Uint8Array, done?: () => void): boolean => {
    const mine = typeof text === "string" ? text.replaceAll(ERASE_SCROLLBACK, "") : text;
    return stream.write(screen.isTaken ? mine : "", done);
  };
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
