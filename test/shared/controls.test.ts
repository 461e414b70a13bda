import { expect, test } from "vitest";
import { comingChange, controlsOf, presentRecipe, recipeAfter, stepControl } from "../../shared/controls.ts";
import type { Job, JobStatus } from "../../shared/jobs.ts";
import { smallRecipe } from "../support/recipes.ts";

const recipe = smallRecipe({ content: "/photo.png", style: "/painting.png" });
const timeline = [5, 10, 20].map((iteration) => ({ iteration, changes: { style: iteration } }));

/** A job of 20 iterations, of which some are done. */
function job(iteration: number, status: JobStatus = { state: "running", since: 0 }): Job {
  const plan = { width: 32, height: 32, stages: [{ size: 32, iterations: 20 }], styles: [] };
  return { recipe, status, plan, progress: { iteration } } as unknown as Job;
}

test("the next change of a control is the first that is not made yet, if anything comes after it", () => {
  expect(comingChange(job(4), timeline, "style")).toEqual({ iteration: 5, value: 5 });
  expect(comingChange(job(5), timeline, "style")).toEqual({ iteration: 10, value: 10 });
  expect(comingChange(job(10), timeline, "style")).toBeUndefined();
  expect(comingChange(job(4), timeline, "content")).toBeUndefined();
  expect(comingChange(job(4, { state: "cancelled", at: 0 }), timeline, "style")).toBeUndefined();
});

test("a job's recipe at present has what is made by now", () => {
  expect(presentRecipe(job(9), timeline).styleWeight).toBe(5);
  expect(presentRecipe(job(10), timeline).styleWeight).toBe(10);
});

test("what is no number is no value of a control", () => {
  const change = { iteration: 0, changes: { tv: Number.NaN } };
  expect(() => recipeAfter(recipe, [change])).toThrow("tv = NaN: expected a number from 0 to 1e30");
});

test("a picture of one painting has no shares to turn", () => {
  const names = (of: typeof recipe) => controlsOf(of).map(({ name }) => name);
  expect(names(recipe)).not.toContain("blend.1");
  const [style] = recipe.styles;
  expect(names({ ...recipe, styles: [style, style] as typeof recipe.styles })).toContain("blend.2");
});

test("a control is stepped within its range, and up from 0 to where it was", () => {
  const control = { name: "tv", unit: "", meaning: "", min: 0, max: 100 };
  expect(stepControl({ ...control, value: 99 }, 10, 99)).toBe(100);
  expect(stepControl({ ...control, value: 2 }, 10, 2)).toBe(4);
  expect(stepControl({ ...control, value: 0 }, 1, 7)).toBe(7);
  expect(stepControl({ ...control, value: 0 }, 1, 0)).toBe(1e-3);
});
