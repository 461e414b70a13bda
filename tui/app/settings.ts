import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { codeOf, fileProblem, UserError } from "../../shared/errors.ts";
import { homeFolder } from "../../shared/home.ts";
import { describeIssues } from "../../shared/issue-words.ts";
import { BACKGROUNDS } from "../terminal/background.ts";
import { lettersOf } from "../terminal/letters.ts";
import { SPECIAL_NAMES } from "./key-names.ts";
import { ACTIONS, type Action, actionFor, KEYS, type KeyMap, keyMapWith } from "./keys.ts";

const keyName = z
  .string()
  .refine(isKeyName, { error: `expected a key such as a, A, space, ctrl+s or shift+left` });

const settingsSchema = z.strictObject({
  theme: z
    .enum(["auto", ...BACKGROUNDS])
    .default("auto")
    .describe("colours for a dark or a light background; auto goes by what the terminal says"),
  controls: z
    .enum(["pending", "live"])
    .default("pending")
    .describe("whether a control that is turned waits for enter"),
  mouse: z
    .boolean()
    .default(false)
    .describe("clicks and the wheel choose, and the keys of the bottom line can be clicked"),
  keys: z
    .partialRecord(z.enum(ACTIONS as [Action, ...Action[]]), z.array(keyName).max(8))
    .default({})
    .describe("your own keys of an action, instead of the usual ones"),
});

/** What a person has chosen for the terminal interface. */
export interface Settings extends Omit<z.infer<typeof settingsSchema>, "keys"> {
  readonly keys: KeyMap;
}

function settingsFile(): string {
  return join(homeFolder("config"), "terminal.json");
}

/** Reads the settings; the usual ones where there is no file. Throws a UserError that names file and entry. */
export function readSettings(file = settingsFile()): Settings {
  const parsed = settingsSchema.safeParse(parse(file));
  if (!parsed.success) throw new UserError(`${file}: ${describeIssues(parsed.error)}`);
  const keys = keyMapWith(parsed.data.keys);
  const lost = shadowed(keys);
  if (lost !== undefined) throw new UserError(`${file}: keys: ${lost}`);
  return { ...parsed.data, keys };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    if (error instanceof SyntaxError) throw new UserError(`${file}: not JSON: ${error.message}`);
    throw new UserError(`cannot read ${file}: ${fileProblem(error)}`);
  }
}

function isKeyName(name: string): boolean {
  const plain = name.replace(/^(ctrl|shift)\+/, "");
  return lettersOf(plain).length === 1 || SPECIAL_NAMES.includes(plain);
}

/** Two actions of one place under one key: only one of them could ever be done. */
function shadowed(keys: KeyMap): string | undefined {
  for (const action of ACTIONS)
    for (const name of keys[action]) {
      const other = actionFor(keys, name, KEYS[action].place);
      if (other !== undefined && other !== action) return `"${name}" is both ${other} and ${action}`;
    }
  return undefined;
}
