import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

/** A word of a shell, of parts that are quoted, escaped or neither; and one such part. */
const WORD = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s\\'"])+/g;
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g;

/** No list of paths is longer; patterns throw when a word is too long for them. */
const MOST_CHARACTERS = 1e6;

/** Paths in pasted text, or in what a terminal writes for files that are dropped on it. Other text has none. */
export function filesFromPaste(text: string): string[] {
  if (text.length > MOST_CHARACTERS) return [];
  const lines = text.split(/[\r\n]+/).map((line) => line.replaceAll(/[^\P{Cc}\t]/gu, "").trim());
  return lines.flatMap((line) => {
    const urls = line.split(/\s+/).map(pathOfUrl);
    if (urls.every((path) => path !== undefined)) return urls;
    const words = wordsOf(line);
    if (words?.every(isPath)) return words.map(expandHome);
    // A path with blanks or quotes that was copied as it is.
    return isPath(line) && !/\\|\s[~/]/.test(line) ? [expandHome(line)] : [];
  });
}

/** As a shell takes them; undefined for what one would not take, such as a quote that does not end. */
function wordsOf(line: string): string[] | undefined {
  if (line.replaceAll(WORD, "").trim() !== "") return undefined;
  return (line.match(WORD) ?? []).map((word) =>
    word.replaceAll(
      PART,
      (_, single?: string, double?: string, escaped?: string) =>
        single ?? double?.replaceAll(/\\(.)/g, "$1") ?? escaped ?? "",
    ),
  );
}

/** Undefined for what is no URL of a file, or of none that could be on this machine. */
function pathOfUrl(text: string): string | undefined {
  if (!text.startsWith("file://")) return undefined;
  try {
    const path = fileURLToPath(text);
    return /\p{Cc}/u.test(path) ? undefined : path;
  } catch {
    return undefined;
  }
}

function isPath(text: string): boolean {
  return /^(~?\/|\.{1,2}\/)/.test(text);
}

export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}
