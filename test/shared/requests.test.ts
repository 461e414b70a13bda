import { expect, test } from "vitest";
import { describeIssues } from "../../shared/issue-words.ts";
import { isRepeatable, REQUESTS, type RequestName } from "../../shared/requests.ts";
import { addParams } from "../support/daemon.ts";
import { smallRecipe } from "../support/recipes.ts";

const recipe = smallRecipe({ content: "/photo.png", style: "/painting.png" });
const { content, schedule, styles } = recipe;
const add = (change: object, rest: object = {}) => ({
  ...addParams(recipe, rest),
  recipe: { ...recipe, ...change },
});
const staged = (sizes: readonly number[]) =>
  add({ schedule: { ...schedule, size: 64, stages: sizes.map((size) => ({ size, iterations: 1 })) } });
const hash = "a".repeat(64);
const LINE = "expected one line of text";

/** What is refused before anything is done for it, and in which words. */
const REFUSED: readonly [RequestName, unknown, string | RegExp][] = [
  ["add", add({}, { group: "a\nb" }), `group: ${LINE}`],
  ["add", add({ preset: "a\u001bb" }), `recipe.preset: ${LINE}`],
  ["add", staged([64, 32, 64]), "the stages go down from size 64 to 32"],
  ["add", staged([32]), "the size is 64, but the stages end with 32"],
  ["add", add({ styles: styles.map((style) => ({ ...style, weight: 0 })) }), "all weights are 0"],
  ["add", add({ objective: { ...recipe.objective, content: {}, style: {} } }), "there is nothing to match"],
  ["add", add({ content: { ...content, sha256: `../${hash}` } }), "recipe.content.sha256: "],
  ["add", add({ content: { ...content, sha256: `${hash}\n` } }), "recipe.content.sha256: "],
  ["add", add({ crop: "x".repeat(65) }), /^recipe.crop: expected at most 64 letters$/],
  ["add", add({ seed: Number.NaN }), "recipe.seed: expected a number, got NaN"],
  ["add", add({ seed: "x".repeat(1000) }), /^recipe.seed: expected a number, got "x{39}…$/],
  ["add", JSON.parse(`{"__proto__": {}}`), `does not know "__proto__"`],
  [
    "add",
    add({}, { after: Array.from({ length: 65 }, () => "a") }),
    "after: expected at most 64 of them, got 65",
  ],
  ["set", { job: "a", changes: JSON.parse(`{"__proto__": 1}`) }, `nothing has the name "__proto__"`],
  ["have", { sha256: [`${hash}/..`] }, "sha256.0: "],
  ["upload", { sha256: `../${hash}`, total: 1, offset: 0, data: "" }, "sha256: "],
  ["upload", { sha256: hash, total: 1, offset: 0, data: "A".repeat(1 << 20) }, "data: expected at most"],
  [
    "picture",
    { job: "a", of: "made", style: 0, iteration: null, format: "png", width: 4097 },
    "at most 4096",
  ],
  ["list", { states: null, group: null, skip: 0, limit: 1e9 }, "limit: expected at most 500"],
  ["have", { sha256: Array.from({ length: 99 }, () => "x") }, /^.{0,2000}; 79 more$/],
];

test.each(REFUSED)("%s refuses what it cannot mean: %#", (name, params, words) => {
  const { error } = REQUESTS[name].params.safeParse(params);
  expect(error && describeIssues(error)).toMatch(words);
});

test("what may be asked of the next daemon too changes nothing, or its key is kept", () => {
  const repeatable = (["status", "add", "branch", "set", "undo", "remove"] as const).filter(isRepeatable);
  expect(repeatable).toEqual(["status", "add", "branch"]);
});
