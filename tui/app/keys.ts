import { isKey, isText } from "./key-names.ts";

/** Where keys work. Inside a place those of the places around it work too, unless it has the same key itself. */
export const PLACES = {
  anywhere: { title: "Anywhere", within: undefined },
  studio: { title: "Studio", within: "anywhere" },
  queue: { title: "Queue", within: "studio" },
  filter: { title: "Filter", within: "queue", isWritten: true },
  chart: { title: "Losses", within: "studio" },
  controls: { title: "Controls", within: "studio" },
  value: { title: "Typing a value", within: "controls", isWritten: true },
  form: { title: "New job", within: "anywhere", isWritten: true },
  files: { title: "Choosing pictures", within: "anywhere", isWritten: true },
  timeline: { title: "Time line", within: "anywhere" },
  compare: { title: "Comparing", within: "anywhere" },
  reader: { title: "Reading", within: "anywhere" },
} as const satisfies Record<
  string,
  { title: string; within: string | undefined /** Letters are text there. */; isWritten?: true }
>;

export type Place = keyof typeof PLACES;

export interface Binding {
  readonly place: Place;
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Shown in the bottom line as well. */
  readonly hint?: string;
}

/** Every key. Help, hints, the palette, the user's own keys and the docs derive from this table. */
export const KEYS = {
  quit: { place: "anywhere", keys: ["q", "ctrl+c"], meaning: "leave; the daemon goes on", hint: "quit" },
  help: { place: "anywhere", keys: ["?", "ctrl+g"], meaning: "the keys of where you are", hint: "help" },
  palette: {
    place: "anywhere",
    keys: [":", "ctrl+p"],
    meaning: "search all that can be done here",
    hint: "all",
  },
  back: { place: "anywhere", keys: ["escape"], meaning: "back to where you came from", hint: "back" },
  startDaemon: { place: "anywhere", keys: ["S"], meaning: "start a daemon where there is none" },

  full: {
    place: "studio",
    keys: ["f"],
    meaning: "this pane alone, of the queue the picture; or all again",
    hint: "full",
  },
  newJob: { place: "studio", keys: ["n"], meaning: "new job", hint: "new" },
  nextPane: { place: "studio", keys: ["tab"], meaning: "to the next pane", hint: "pane" },
  previousPane: { place: "studio", keys: ["shift+tab"], meaning: "to the pane before" },
  queuePane: { place: "studio", keys: ["1"], meaning: "to the queue; from the controls it is tab" },
  chartPane: { place: "studio", keys: ["2"], meaning: "to the losses; from the controls shift+tab" },
  controlsPane: { place: "studio", keys: ["3"], meaning: "to the controls" },
  flip: {
    place: "studio",
    keys: ["space"],
    meaning: "the picture, or its content in its place",
    hint: "flip",
  },
  openTimeline: { place: "studio", keys: ["t"], meaning: "its checkpoints, one by one", hint: "time line" },
  compare: {
    place: "studio",
    keys: ["c"],
    meaning: "marked jobs side by side, or this and the next",
    hint: "compare",
  },
  undo: {
    place: "studio",
    keys: ["u"],
    meaning: "undo its last change; asks first if that loses much",
    hint: "undo",
  },
  log: { place: "studio", keys: ["O"], meaning: "read its log" },
  recipe: { place: "studio", keys: ["R"], meaning: "read its recipe" },
  pauseQueue: { place: "studio", keys: ["P"], meaning: "pause the whole queue, or go on" },
  daemonLog: { place: "studio", keys: [], meaning: "read the daemon's log" },
  stopDaemon: { place: "studio", keys: [], meaning: "end the daemon; jobs go on when it comes up again" },
  prune: { place: "studio", keys: [], meaning: "free the disk of what jobs of a week ago and older left" },

  up: { place: "queue", keys: ["up", "k"], meaning: "the job above" },
  down: { place: "queue", keys: ["down", "j"], meaning: "the job below" },
  first: { place: "queue", keys: ["home", "g"], meaning: "the first job" },
  last: { place: "queue", keys: ["end", "G"], meaning: "the last job" },
  pageUp: { place: "queue", keys: ["pageup"], meaning: "ten jobs up" },
  pageDown: { place: "queue", keys: ["pagedown"], meaning: "ten jobs down" },
  pause: { place: "queue", keys: ["p"], meaning: "pause the job, or go on with it", hint: "pause" },
  branch: { place: "queue", keys: ["b"], meaning: "a new job from its newest checkpoint", hint: "branch" },
  export: { place: "queue", keys: ["e"], meaning: "write its picture and recipe here", hint: "export" },
  film: { place: "queue", keys: ["F"], meaning: "write a film of how it grew here" },
  again: { place: "queue", keys: ["N"], meaning: "a new job with its recipe" },
  edit: { place: "queue", keys: ["E"], meaning: "change its recipe before it starts" },
  retry: { place: "queue", keys: ["r"], meaning: "try it again after it failed" },
  cancel: { place: "queue", keys: ["x"], meaning: "end it for good", hint: "cancel" },
  remove: { place: "queue", keys: ["D", "delete"], meaning: "delete it with all it made" },
  moveUp: { place: "queue", keys: ["K", "shift+up"], meaning: "move it up" },
  moveDown: { place: "queue", keys: ["J", "shift+down"], meaning: "move it down" },
  moveTop: { place: "queue", keys: ["T", "shift+home"], meaning: "move it to the top" },
  moveBottom: { place: "queue", keys: ["B", "shift+end"], meaning: "move it to the bottom" },
  raise: { place: "queue", keys: [">"], meaning: "raise its priority" },
  lower: { place: "queue", keys: ["<"], meaning: "lower its priority" },
  mark: {
    place: "queue",
    keys: ["m"],
    meaning: "mark it; keys then work on all that are marked",
    hint: "mark",
  },
  markAll: { place: "queue", keys: ["M"], meaning: "mark all that are shown, or none" },
  filter: { place: "queue", keys: ["/"], meaning: "show only jobs with these letters", hint: "filter" },
  sort: { place: "queue", keys: ["s"], meaning: "another order of the list" },
  group: { place: "queue", keys: ["o"], meaning: "jobs of a group together, or not" },
  clear: { place: "queue", keys: ["escape"], meaning: "all parts again, or forget marks and filter" },

  keepFilter: { place: "filter", keys: ["enter"], meaning: "go on with these jobs", hint: "these" },
  dropFilter: { place: "filter", keys: ["escape"], meaning: "show all jobs again", hint: "all jobs" },

  cursorLeft: { place: "chart", keys: ["left", "h"], meaning: "the value before", hint: "values" },
  cursorRight: { place: "chart", keys: ["right", "l"], meaning: "the value after" },
  farLeft: { place: "chart", keys: ["shift+left", "H"], meaning: "ten columns back" },
  farRight: { place: "chart", keys: ["shift+right", "L"], meaning: "ten columns on" },
  previousTerm: { place: "chart", keys: ["up", "k"], meaning: "the term before" },
  nextTerm: { place: "chart", keys: ["down", "j"], meaning: "the next term", hint: "term" },
  allTerms: { place: "chart", keys: ["a"], meaning: "all terms at once, or one", hint: "all terms" },
  zoomIn: { place: "chart", keys: ["+", "="], meaning: "half as many iterations", hint: "zoom" },
  zoomOut: { place: "chart", keys: ["-"], meaning: "twice as many iterations" },
  panLeft: { place: "chart", keys: ["["], meaning: "earlier iterations" },
  panRight: { place: "chart", keys: ["]"], meaning: "later iterations" },
  noCursor: {
    place: "chart",
    keys: ["escape", "0"],
    meaning: "all iterations, no value; then all parts again",
  },

  controlUp: { place: "controls", keys: ["up", "k"], meaning: "the control above" },
  controlDown: { place: "controls", keys: ["down", "j"], meaning: "the control below" },
  less: { place: "controls", keys: ["left", "h"], meaning: "a step less", hint: "less" },
  more: { place: "controls", keys: ["right", "l"], meaning: "a step more", hint: "more" },
  muchLess: { place: "controls", keys: ["shift+left", "H"], meaning: "ten steps less: half" },
  muchMore: { place: "controls", keys: ["shift+right", "L"], meaning: "ten steps more: double" },
  typeValue: {
    place: "controls",
    keys: ["0-9", "."],
    meaning: "type a value, enter takes it; tab leaves",
    hint: "type",
  },
  off: { place: "controls", keys: ["z"], meaning: "to 0, or back" },
  live: {
    place: "controls",
    keys: ["v"],
    meaning: "changes take effect at once, or with enter",
    hint: "live",
  },
  apply: { place: "controls", keys: ["enter"], meaning: "make the pending changes", hint: "apply" },
  branchWith: {
    place: "controls",
    keys: ["b"],
    meaning: "a new job from the newest checkpoint, with the pending changes",
    hint: "branch",
  },
  discard: {
    place: "controls",
    keys: ["escape"],
    meaning: "forget the pending changes; then all parts again",
  },

  takeValue: {
    place: "value",
    keys: ["enter"],
    meaning: "take the value; so do up, down and tab",
    hint: "take",
  },
  dropValue: { place: "value", keys: ["escape"], meaning: "forget the value", hint: "forget" },
  editValue: {
    place: "value",
    keys: ["left", "right", "backspace"],
    meaning: "to its other digits, or take one away",
  },

  submit: { place: "form", keys: ["ctrl+s"], meaning: "put it into the queue", hint: "done" },
  nextField: { place: "form", keys: ["down", "tab"], meaning: "the next line", hint: "next" },
  previousField: { place: "form", keys: ["up", "shift+tab"], meaning: "the line before" },
  choose: { place: "form", keys: ["enter"], meaning: "choose pictures, or the next line", hint: "choose" },
  lessOf: { place: "form", keys: ["left"], meaning: "another choice, or a smaller share" },
  moreOf: { place: "form", keys: ["right"], meaning: "the next choice, or a larger share", hint: "change" },

  fileUp: { place: "files", keys: ["up"], meaning: "the file above" },
  fileDown: { place: "files", keys: ["down"], meaning: "the file below" },
  filesUp: { place: "files", keys: ["pageup"], meaning: "a screen up" },
  filesDown: { place: "files", keys: ["pagedown"], meaning: "a screen down" },
  firstFile: { place: "files", keys: ["home"], meaning: "the first; in a filter its beginning" },
  lastFile: { place: "files", keys: ["end"], meaning: "the last; in a filter its end" },
  openFile: { place: "files", keys: ["enter"], meaning: "take it, or open the folder", hint: "take" },
  markFile: { place: "files", keys: ["tab"], meaning: "mark it, to take several", hint: "mark" },
  parentFolder: { place: "files", keys: ["left"], meaning: "the folder above", hint: "folder above" },

  earlier: { place: "timeline", keys: ["left", "h"], meaning: "the checkpoint before", hint: "earlier" },
  later: { place: "timeline", keys: ["right", "l"], meaning: "the next checkpoint", hint: "later" },
  earliest: { place: "timeline", keys: ["home", "g"], meaning: "the start of all" },
  latest: { place: "timeline", keys: ["end", "G"], meaning: "the newest checkpoint" },
  branchHere: {
    place: "timeline",
    keys: ["b", "enter"],
    meaning: "a new job from this checkpoint",
    hint: "branch",
  },
  exportHere: {
    place: "timeline",
    keys: ["e"],
    meaning: "write this picture and recipe here",
    hint: "export",
  },
  filmHere: { place: "timeline", keys: ["F"], meaning: "write a film of its checkpoints here", hint: "film" },
  flipHere: { place: "timeline", keys: ["space"], meaning: "its content in its place", hint: "flip" },
  logHere: { place: "timeline", keys: ["O"], meaning: "read its log", hint: "log" },
  recipeHere: { place: "timeline", keys: ["R"], meaning: "read its recipe", hint: "recipe" },

  differencesDown: {
    place: "compare",
    keys: ["space", "pagedown"],
    meaning: "what else differs, below",
    hint: "more",
  },
  differencesUp: { place: "compare", keys: ["pageup"], meaning: "what else differs, above" },
  closer: { place: "compare", keys: ["+", "="], meaning: "a smaller part, larger", hint: "zoom" },
  wider: { place: "compare", keys: ["-"], meaning: "a larger part" },
  partLeft: { place: "compare", keys: ["left", "h"], meaning: "the part to the left", hint: "part" },
  partRight: { place: "compare", keys: ["right", "l"], meaning: "the part to the right" },
  partUp: { place: "compare", keys: ["up", "k"], meaning: "the part above" },
  partDown: { place: "compare", keys: ["down", "j"], meaning: "the part below" },
  compareTerm: { place: "compare", keys: ["t"], meaning: "the next term", hint: "term" },

  lineUp: { place: "reader", keys: ["up", "k"], meaning: "a line up" },
  lineDown: { place: "reader", keys: ["down", "j"], meaning: "a line down", hint: "scroll" },
  screenUp: { place: "reader", keys: ["pageup"], meaning: "a screen up" },
  screenDown: { place: "reader", keys: ["pagedown", "space"], meaning: "a screen down", hint: "a screen on" },
  top: { place: "reader", keys: ["home", "g"], meaning: "to the beginning" },
  end: { place: "reader", keys: ["end", "G"], meaning: "to the end, and follow", hint: "to the end" },
} as const satisfies Record<string, Binding>;

export type Action = keyof typeof KEYS;
export const ACTIONS = Object.keys(KEYS) as Action[];

/** The keys of every action: the table's, or the user's own in their place. */
export type KeyMap = Readonly<Record<Action, readonly string[]>>;

export function keyMapWith(own: Readonly<Partial<Record<Action, readonly string[]>>>): KeyMap {
  return Object.fromEntries(
    ACTIONS.map((action) => [action, own[action] ?? KEYS[action].keys]),
  ) as unknown as KeyMap;
}

/** The place and those around it, the innermost first. */
export function placesAround(place: Place): Place[] {
  const { within }: { within: Place | undefined } = PLACES[place];
  return within === undefined ? [place] : [place, ...placesAround(within)];
}

/** What a key does in a place. */
export function actionFor(keys: KeyMap, name: string, place: Place): Action | undefined {
  for (const here of placesAround(place)) {
    const found = ACTIONS.find(
      (action) => KEYS[action].place === here && keys[action].some((key) => isKey(key, name)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All that can be done in a place, the innermost first; without what an inner place has taken the keys of. */
export function actionsIn(keys: KeyMap, place: Place): Action[] {
  return placesAround(place).flatMap((here) =>
    ACTIONS.filter(
      (action) =>
        KEYS[action].place === here &&
        (keys[action].length === 0 || keys[action].some((name) => actionFor(keys, name, place) === action)),
    ),
  );
}

/** What can be done in places beside this one, whose keys do not work here: the screen is the same. */
export function actionsBeside(place: Place): Action[] {
  const { within }: { within: Place | undefined } = PLACES[place];
  if (within === undefined || within === "anywhere") return [];
  return ACTIONS.filter((action) => {
    const there = KEYS[action].place;
    return there !== place && PLACES[there].within === within;
  });
}

/** The keys of an action that work in a place: where text is written letters are that, and inner places come first. */
export function keysOf(keys: KeyMap, action: Action, place: Place): string[] {
  const isWritten = "isWritten" in PLACES[place];
  return keys[action].filter(
    (name) => actionFor(keys, name, place) === action && !(isWritten && isText(name)),
  );
}
