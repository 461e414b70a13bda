import { ACTIONS, KEYS, PLACES, type Place } from "../../tui/app/keys.ts";

/** Every key of the terminal interface, place by place. */
export function keysPage(): string {
  const places = Object.keys(PLACES) as Place[];
  return [
    "# Keys",
    "",
    "Keys of the terminal interface (`atelier` without a command). Inside a place those of the places around it",
    "work too; `?` shows the ones of where you are, `:` searches them. Your own keys go into",
    "`~/.config/atelier/terminal.json` (under `ATELIER_HOME`: `config/terminal.json`), by the action's name:",
    "",
    '    { "theme": "light", "controls": "live", "mouse": true, "keys": { "undo": ["z"], "newJob": ["n", "ctrl+n"] } }',
    "",
    "Without `theme` the colours are for the background that the terminal says it has (`atelier doctor` tells which).",
    "With `mouse` a click chooses jobs, controls, lines and files, a second one opens a line, and the keys of the bottom",
    "line can be clicked; without, the terminal keeps its own way of selecting text.",
    "",
    "<!-- This page is made by `npm run docs`. -->",
    ...places.flatMap((place) => {
      const { title, within }: { title: string; within: Place | undefined } = PLACES[place];
      const around = within === undefined ? "" : ` (within ${PLACES[within].title})`;
      return [
        "",
        `## ${title}${around}`,
        "",
        "| keys | what they do | action |",
        "|---|---|---|",
        ...ACTIONS.filter((action) => KEYS[action].place === place).map(
          (action) => `| ${keysOf(action)} | ${KEYS[action].meaning} | ${action} |`,
        ),
      ];
    }),
    "",
  ].join("\n");
}

/** Of what has none, the palette's. */
function keysOf(action: (typeof ACTIONS)[number]): string {
  const { keys }: { keys: readonly string[] } = KEYS[action];
  return keys.map((key) => `\`${key.replace("|", "\\|")}\``).join(" ") || "by `:`";
}
