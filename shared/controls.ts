import type { z } from "zod";
import { UserError } from "./errors.ts";
import { isFinished, iterationsOf, type Job, type timelineEntrySchema } from "./jobs.ts";
import type { LayerName } from "./layers.ts";
import { isWithin, LIMITS, type Range, rangeText } from "./limits.ts";
import type { Recipe } from "./recipe.ts";

/** A number of a recipe that may change while its picture is made. */
export interface Control extends Range {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly meaning: string;
}

/** A change of controls and the iteration after which it was made. */
export type TimelineEntry = Readonly<z.infer<typeof timelineEntrySchema>>;

/** Values of controls by name, as a person changes several at once. */
export type ControlValues = TimelineEntry["changes"];

interface Family extends Range {
  /** The name as help shows it; LAYER and N stand for what the recipe has. */
  readonly pattern: string;
  readonly unit: string;
  readonly meaning: string;
  readonly read: (recipe: Recipe) => readonly (readonly [name: string, value: number])[];
  readonly write: (recipe: Recipe, name: string, value: number) => Recipe;
}

/** A timeline as it takes effect: by iteration, and in their order those of one iteration. */
export function inTime(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  return timeline.toSorted((a, b) => a.iteration - b.iteration);
}

/** What is left of an entry without some of its controls; undefined where nothing is. */
export function entryWithout(
  entry: TimelineEntry,
  isGone: (control: string) => boolean,
): TimelineEntry | undefined {
  const all = Object.entries(entry.changes);
  const left = all.filter(([control]) => !isGone(control));
  // One that changed nothing before is the optimiser's new beginning, and stays.
  if (left.length === all.length) return entry;
  return left.length === 0 ? undefined : { ...entry, changes: Object.fromEntries(left) };
}

/** A timeline in time with one more change, which is meant to last: what was to come of the same controls comes no more. */
export function withChange(timeline: readonly TimelineEntry[], change: TimelineEntry): TimelineEntry[] {
  const isTurned = (control: string) => Object.hasOwn(change.changes, control);
  const kept = timeline.flatMap((entry) =>
    entry.iteration > change.iteration ? (entryWithout(entry, isTurned) ?? []) : entry,
  );
  return inTime([...kept, change]);
}

/** What of a timeline was made by an iteration: its changes are made before the next one. */
export function madeBy(timeline: readonly TimelineEntry[], iteration: number): TimelineEntry[] {
  return timeline.filter((entry) => entry.iteration <= iteration);
}

export interface ComingChange {
  readonly iteration: number;
  readonly value: number;
}

/** The next change of a control that is still to come of a job, if there is one before its end. */
export function comingChange(
  job: Pick<Job, "progress" | "plan" | "status">,
  timeline: readonly TimelineEntry[],
  control: string,
): ComingChange | undefined {
  const [now, end] = [job.progress?.iteration ?? 0, iterationsOf(job.plan)];
  if (isFinished(job)) return undefined;
  for (const { iteration, changes } of timeline) {
    const value = Object.hasOwn(changes, control) ? changes[control] : undefined;
    if (value !== undefined && iteration > now && iteration < end) return { iteration, value };
  }
  return undefined;
}

/** What to tell of a timeline some of whose changes are to be made at the last iteration or later; undefined where none is. */
export function lateChanges(timeline: readonly TimelineEntry[], iterations: number): string | undefined {
  const late = inTime(timeline).find(
    ({ iteration, changes }) => iteration >= iterations && Object.keys(changes).length > 0,
  );
  return (
    late && `changes from iteration ${late.iteration} on never come: the last iteration is ${iterations}`
  );
}

/** What the names of all shares of the blend begin with. */
const SHARE = "blend.";

/** Every control. Help, sliders, docs and the checks of changes derive from this table. */
export const CONTROL_FAMILIES: readonly Family[] = [
  {
    pattern: "content",
    unit: "×",
    ...LIMITS.factor,
    meaning: "multiplies every content term",
    read: ({ contentWeight }) => [["content", contentWeight]],
    write: (recipe, _, contentWeight) => ({ ...recipe, contentWeight }),
  },
  {
    pattern: "style",
    unit: "×",
    ...LIMITS.factor,
    meaning: "multiplies every style term",
    read: ({ styleWeight }) => [["style", styleWeight]],
    write: (recipe, _, styleWeight) => ({ ...recipe, styleWeight }),
  },
  layerFamily("content", "weight of that layer's content term"),
  layerFamily("style", "weight of that layer's style term"),
  {
    pattern: `${SHARE}N`,
    unit: "share",
    ...LIMITS.share,
    meaning: "share of style picture N, counted from 1",
    read: ({ styles }) =>
      styles.length < 2 ? [] : styles.map(({ weight }, i) => [`${SHARE}${i + 1}`, weight] as const),
    write: (recipe, name, weight) => ({
      ...recipe,
      styles: recipe.styles.map((style, i) => (name === `${SHARE}${i + 1}` ? { ...style, weight } : style)),
    }),
  },
  {
    pattern: "tv",
    unit: "",
    ...LIMITS.weight,
    meaning: "weight of total variation: higher is smoother",
    read: ({ objective }) => [["tv", objective.tv]],
    write: (recipe, _, tv) => ({ ...recipe, objective: { ...recipe.objective, tv } }),
  },
  {
    pattern: "learningRate",
    unit: "levels",
    ...LIMITS.learningRate,
    meaning: "Adam's step in levels of 0..255",
    read: ({ optimizer }) => (optimizer.kind === "adam" ? [["learningRate", optimizer.learningRate]] : []),
    write: (recipe, _, learningRate) =>
      recipe.optimizer.kind === "adam"
        ? { ...recipe, optimizer: { ...recipe.optimizer, learningRate } }
        : recipe,
  },
];

function layerFamily(kind: "content" | "style", meaning: string): Family {
  return {
    pattern: `${kind}.LAYER`,
    unit: "",
    ...LIMITS.weight,
    meaning,
    read: ({ objective }) =>
      Object.entries(objective[kind]).map(([layer, weight]) => [`${kind}.${layer}`, weight] as const),
    write: (recipe, name, weight) => {
      const layer = name.slice(kind.length + 1) as LayerName;
      const weights = { ...recipe.objective[kind], [layer]: weight };
      return { ...recipe, objective: { ...recipe.objective, [kind]: weights } };
    },
  };
}

/** One step of a control is a factor: ten double it, wherever in its wide range it is. */
const STEP = 2 ** (1 / 10);

/** A control so many steps on, within its range. From 0 it goes on at `origin`, where it was in the recipe. */
export function stepControl({ value, min, max }: Control, steps: number, origin: number): number {
  const next =
    value === 0 ? (steps > 0 ? origin || 1e-3 : 0) : Number((value * STEP ** steps).toPrecision(4));
  return Math.min(max, Math.max(min, next));
}

/** The controls that a recipe has, with their present values. */
export function controlsOf(recipe: Recipe): Control[] {
  return CONTROL_FAMILIES.flatMap(({ unit, min, max, meaning, read }) =>
    read(recipe).map(([name, value]) => ({ name, value, unit, min, max, meaning })),
  );
}

/**
 * The recipe as a timeline leaves it, each entry checked at its iteration. Throws a UserError that names an unknown
 * control, a value out of range, or the iteration from which there would be no style.
 */
export function recipeAfter(recipe: Recipe, timeline: readonly TimelineEntry[]): Recipe {
  return follow(recipe, timeline, (problem) => {
    throw new UserError(problem);
  });
}

/**
 * Checks one more change of a timeline that was checked before. Throws as `recipeAfter` does. Only shares of the blend
 * have to fit to what others are: for any other control the timeline, which may be long, is not asked for.
 */
export function checkChange(
  recipe: Recipe,
  change: TimelineEntry,
  timeline: () => readonly TimelineEntry[],
): void {
  const isShare = Object.keys(change.changes).some((name) => name.startsWith(SHARE));
  recipeAfter(recipe, isShare ? withChange(timeline(), change) : [change]);
}

/**
 * A job's recipe as it is at present, for those who only show it: changes that do not fit are left out. They may be of
 * another recipe, edited since.
 */
export function presentRecipe(
  { recipe, progress }: Pick<Job, "recipe" | "progress">,
  timeline: readonly TimelineEntry[],
): Recipe {
  return follow(recipe, madeBy(timeline, progress?.iteration ?? 0), () => {});
}

function follow(
  recipe: Recipe,
  timeline: readonly TimelineEntry[],
  onProblem: (problem: string) => void,
): Recipe {
  const controls = new Map(
    CONTROL_FAMILIES.flatMap((family) =>
      family.read(recipe).map(([name, value]) => [name, { family, value }] as const),
    ),
  );
  const shares = [...controls.keys()].filter((name) => name.startsWith(SHARE));
  const values = new Map<string, number>();
  const problemIn = ({ iteration, changes }: TimelineEntry, all: [string, number][]): string | undefined => {
    for (const [name, value] of all) {
      const family = controls.get(name)?.family;
      if (family === undefined)
        return `there is no control "${name}" here; there are ${[...controls.keys()].join(", ")}`;
      if (!isWithin(value, family)) return `${name} = ${value}: expected a number from ${rangeText(family)}`;
    }
    const share = (name: string) => changes[name] ?? values.get(name) ?? controls.get(name)?.value;
    if (shares.length > 0 && shares.every((name) => share(name) === 0))
      return `all shares of the blend would be 0 after iteration ${iteration}; leave one above 0`;
    return undefined;
  };
  for (const entry of inTime(timeline)) {
    const all = Object.entries(entry.changes);
    const problem = problemIn(entry, all);
    if (problem === undefined) for (const [name, value] of all) values.set(name, value);
    else onProblem(problem);
  }
  let changed = recipe;
  for (const [name, value] of values)
    changed = controls.get(name)?.family.write(changed, name, value) ?? changed;
  return changed;
}
