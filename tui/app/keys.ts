/** Where a key works: everywhere, or while a pane has the focus. */
export type Place = "anywhere" | "queue" | "chart" | "controls";

interface Binding {
  readonly place: Place;
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Shown in the bottom line as well. */
  readonly hint?: string;
}

/** Every key. Help, hints and docs derive from this table. */
export const KEYS = {
  quit: { place: "anywhere", keys: ["q", "ctrl+c"], meaning: "leave; the daemon goes on", hint: "quit" },
  help: { place: "anywhere", keys: ["?"], meaning: "all keys", hint: "help" },
  nextPane: { place: "anywhere", keys: ["tab"], meaning: "to the next pane", hint: "pane" },
  previousPane: { place: "anywhere", keys: ["shift+tab"], meaning: "to the pane before" },
  queuePane: { place: "anywhere", keys: ["1"], meaning: "to the queue" },
  chartPane: { place: "anywhere", keys: ["2"], meaning: "to the losses" },
  controlsPane: { place: "anywhere", keys: ["3"], meaning: "to the controls" },
  flip: {
    place: "anywhere",
    keys: ["space"],
    meaning: "the picture, or its content in its place",
    hint: "flip",
  },
  undo: { place: "anywhere", keys: ["u"], meaning: "go back to before the last change", hint: "undo" },
  startDaemon: { place: "anywhere", keys: ["S"], meaning: "start a daemon where there is none" },
  pauseQueue: { place: "anywhere", keys: ["P"], meaning: "pause the whole queue, or go on" },
  up: { place: "queue", keys: ["up", "k"], meaning: "the job above" },
  down: { place: "queue", keys: ["down", "j"], meaning: "the job below" },
  pause: { place: "queue", keys: ["p"], meaning: "pause the job, or go on with it", hint: "pause" },
  branch: { place: "queue", keys: ["b"], meaning: "a new job from its newest checkpoint", hint: "branch" },
  export: { place: "queue", keys: ["e"], meaning: "write its picture and recipe here", hint: "export" },
  retry: { place: "queue", keys: ["r"], meaning: "try it again after it failed" },
  cancel: { place: "queue", keys: ["x"], meaning: "end it for good", hint: "cancel" },
  remove: { place: "queue", keys: ["D"], meaning: "delete it with all it made" },
  moveUp: { place: "queue", keys: ["K", "shift+up"], meaning: "move it up" },
  moveDown: { place: "queue", keys: ["J", "shift+down"], meaning: "move it down" },
  nextTerm: { place: "chart", keys: ["right", "l"], meaning: "the next term", hint: "term" },
  previousTerm: { place: "chart", keys: ["left", "h"], meaning: "the term before" },
  zoomIn: { place: "chart", keys: ["+", "="], meaning: "the newest half", hint: "zoom" },
  zoomOut: { place: "chart", keys: ["-"], meaning: "twice as far back" },
  controlUp: { place: "controls", keys: ["up", "k"], meaning: "the control above" },
  controlDown: { place: "controls", keys: ["down", "j"], meaning: "the control below" },
  less: { place: "controls", keys: ["left", "h"], meaning: "a tenth less", hint: "less" },
  more: { place: "controls", keys: ["right", "l"], meaning: "a tenth more", hint: "more" },
  muchLess: { place: "controls", keys: ["shift+left", "H"], meaning: "half" },
  muchMore: { place: "controls", keys: ["shift+right", "L"], meaning: "double" },
  apply: { place: "controls", keys: ["enter"], meaning: "make the pending changes", hint: "apply" },
  discard: { place: "controls", keys: ["escape"], meaning: "forget the pending changes" },
} as const satisfies Record<string, Binding>;

export type Action = keyof typeof KEYS;

/** What Ink tells of a key. */
export interface KeyPress {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly shift: boolean;
  readonly ctrl: boolean;
}

/** The name of a key press, as the table writes it. */
export function nameOfKey(input: string, key: KeyPress): string {
  const special = key.upArrow
    ? "up"
    : key.downArrow
      ? "down"
      : key.leftArrow
        ? "left"
        : key.rightArrow
          ? "right"
          : key.return
            ? "enter"
            : key.escape
              ? "escape"
              : key.tab
                ? "tab"
                : undefined;
  if (special !== undefined) return key.shift ? `shift+${special}` : special;
  if (key.ctrl) return `ctrl+${input}`;
  return input === " " ? "space" : input;
}

/** What a key does in a place. */
export function actionFor(name: string, place: Place): Action | undefined {
  const actions = Object.keys(KEYS) as Action[];
  const bound = actions.filter((action) => (KEYS[action].keys as readonly string[]).includes(name));
  return (
    bound.find((action) => KEYS[action].place === place) ??
    bound.find((action) => KEYS[action].place === "anywhere")
  );
}

/** The hints of the bottom line, those of the place first. */
export function hintsFor(place: Place): { keys: string; hint: string }[] {
  const bindings: Binding[] = Object.values(KEYS);
  return [
    ...bindings.filter((one) => one.place === place),
    ...bindings.filter((one) => one.place === "anywhere"),
  ]
    .filter((one) => one.hint !== undefined)
    .map(({ keys, hint }) => ({ keys: keys[0] ?? "", hint: hint ?? "" }));
}
