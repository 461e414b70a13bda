/** Deeper than anything in the protocol by far. */
export const MAX_DEPTH = 32;

const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = Buffer.from('"\\[{]}');

/**
 * A frame's JSON. Throws a SyntaxError for what is none, and for what is nested so deeply that reading it
 * would hold up everyone else.
 */
export function parseFrame(frame: Buffer): unknown {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < frame.length; i++) {
    const byte = frame[i];
    if (isInString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH}`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return JSON.parse(frame.toString()) as unknown;
}
