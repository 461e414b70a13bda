/** A command line up to the cursor. */
export interface ShellLine {
  /** Without their quotes, the last one being typed. */
  readonly words: readonly string[];
  /** What that one stands in, if in any. */
  readonly quote: '"' | "'" | "";
  /** Where that one begins, quotes included. */
  readonly start: number;
}

/** Reads a command line as shells do, as far as they agree: quotes, backslashes and blanks. */
export function readLine(line: string): ShellLine {
  const words: string[] = [];
  let [word, start, quote]: [string, number, ShellLine["quote"]] = ["", 0, ""];
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] as string;
    if (letter === "\\" && quote !== "'") word += line[++i] ?? "";
    else if (letter === quote) quote = "";
    else if (quote === "" && (letter === '"' || letter === "'")) quote = letter;
    else if (quote === "" && /\s/.test(letter)) {
      if (i > start) words.push(word);
      [word, start] = ["", i + 1];
    } else word += letter;
  }
  return { words: [...words, word], quote, start };
}

/**
 * What bash is to put in the place of `replaced`, the end of a line: signs such as = and @ end a word for it, so that it
 * replaces only a part of what is one word to us.
 */
export function replyForBash(line: string, replaced: string, value: string): string {
  const { quote, start } = readLine(line);
  const kept = readLine(line.slice(start, line.length - replaced.length)).words.at(-1) ?? "";
  return quoted(value.slice(kept.length), quote);
}

function quoted(text: string, quote: ShellLine["quote"]): string {
  if (quote === '"') return text.replaceAll(/[\\"$`]/g, "\\$&");
  if (quote === "'") return text.replaceAll("'", "'\\''");
  return text.replaceAll(/[^\p{L}\p{N}_@%+=:,./-]/gu, "\\$&");
}
