/** What stays one line, and steers no terminal. */
export const PLAIN_LINE = /^\P{Cc}*$/u;

/** Text from outside without what would steer the terminal; a line stays one. */
export function plainText(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "\uFFFD");
}

/** The same of a text that may have several lines. */
export function plainLines(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}
