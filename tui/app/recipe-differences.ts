import { basename } from "node:path";
import { presentRecipe, type TimelineEntry } from "../../shared/controls.ts";
import type { Job } from "../../shared/jobs.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { formatNumber } from "../terminal/print.ts";

/** Something in which recipes differ: its name, and each recipe's value in words. */
export interface Difference {
  readonly name: string;
  readonly values: readonly string[];
}

/** In what jobs differ: their recipes as they are at present, and where they come from. */
export function differencesOf(
  jobs: readonly { readonly job: Job; readonly timeline: readonly TimelineEntry[] }[],
): Difference[] {
  const facts = jobs.map(({ job, timeline }) => {
    const recipe = presentRecipe(job, timeline);
    const { branchedFrom } = job;
    const origin =
      branchedFrom === null ? "none" : `${branchedFrom.job} at iteration ${branchedFrom.iteration}`;
    return new Map([...factsOf(recipe), ["branch of", origin]]);
  });
  const names = new Set(facts.flatMap((one) => [...one.keys()]));
  return [...names].flatMap((name) => {
    const values = facts.map((one) => one.get(name) ?? "none");
    return new Set(values).size < 2 ? [] : [{ name, values }];
  });
}

/** Words for parts of a recipe, where the path itself says too little. */
const NAMES: Readonly<Record<string, string>> = {
  contentWeight: "content weight",
  styleWeight: "style weight",
  "objective.tv": "tv",
  "objective.pool": "pooling",
  "optimizer.kind": "optimiser",
  "schedule.stopBelow": "stop below",
};

function factsOf(recipe: Recipe): Map<string, string> {
  const facts = new Map<string, string>();
  const { stages, iterations, ...schedule } = recipe.schedule;
  const told = {
    ...recipe,
    color: recipe.color ?? "style",
    schedule:
      typeof stages === "string"
        ? { ...schedule, stages, iterations }
        : // Each has its own number of iterations.
          { ...schedule, stages: stages.map((stage) => `${stage.size}:${stage.iterations}`).join(",") },
  };
  for (const [path, value] of leavesOf(told)) {
    if (path === "version" || path.endsWith("sha256")) continue;
    const isFile = path.endsWith("file");
    const name = path
      .replace(/^styles\.(\d+)\.file$/, (_, i: string) => `style ${Number(i) + 1}`)
      .replace(/^styles\.(\d+)\.weight$/, (_, i: string) => `share of style ${Number(i) + 1}`)
      .replace(/\.file$/, "")
      .replace(
        /^(objective|schedule|optimizer)\.(?=(style|content)\.|size|stages|iterations|pairs|learningRate)/,
        "",
      );
    facts.set(NAMES[path] ?? name, isFile ? basename(String(value)) : wordFor(value));
  }
  return facts;
}

function wordFor(value: Leaf): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "number" ? formatNumber(value) : String(value);
}

type Leaf = string | number | boolean | null | undefined;
/** What JSON is made of. */
type Tree = Leaf | { readonly [key: string]: Tree } | readonly Tree[];

function leavesOf(value: Tree, path = ""): [string, Leaf][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, path === "" ? key : `${path}.${key}`));
}
