import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

/** Words of a shell: quoted, or with escaped blanks. */
const WORD = /'([^']*)'|"((?:[^"\\]|\\.)*)"|((?:[^\s\\]|\\.)+)/g;

/** No list of paths is longer; patterns throw when a word is too long for them. */
const MOST_CHARACTERS = 1e6;

/** Paths in pasted text, or in what a terminal writes for files that are dropped on it. Other text has none. */
export function filesFromPaste(text: string): string[] {
  if (text.length > MOST_CHARACTERS) return [];
  const lines = text.split(/[\r\n]+/).map((line) => line.replaceAll(/[^\P{Cc}\t]/gu, "").trim());
  return lines.flatMap((line) => {
    const urls = line.split(/\s+/).map(pathOfUrl);
    if (urls.every((path) => path !== undefined)) return urls;
    // A path with blanks that was copied as it is.
    if (isPath(line) && !/['"\\]/.test(line) && !/\s[~/]/.test(line)) return [expandHome(line)];
    const words = [...line.matchAll(WORD)].map(
      ([, single, double, plain]) => single ?? (double ?? plain ?? "").replaceAll(/\\(.)/g, "$1"),
    );
    return words.every(isPath) ? words.map(expandHome) : [];
  });
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
