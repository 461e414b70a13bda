import { describe, expect, test } from "vitest";
import { LossHistory, type LossRow, valueOf } from "../../../tui/app/loss-history.ts";

const row = (iteration: number, terms: Record<string, number> = { tv: iteration / 2 }): LossRow => ({
  iteration,
  stage: iteration < 50 ? 0 : 1,
  total: 1000 / iteration,
  terms,
});
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => row(from + i));

describe("a history of losses", () => {
  test("tells what it was given, row by row and term by term", () => {
    const history = LossHistory.EMPTY.with(rows(1, 100));
    expect([...history]).toEqual(rows(1, 100));
    expect(history.terms).toEqual(["total", "tv"]);
    const { x, y } = history.curve("tv");
    expect([x.length, x[9], y[9]]).toEqual([100, 10, 5]);
    expect(LossHistory.EMPTY.last).toBeUndefined();
    expect(LossHistory.EMPTY.terms).toEqual(["total"]);
  });

  test("takes later iterations only, and stays what it was as others go on from it", () => {
    const before = LossHistory.EMPTY.with(rows(1, 10));
    const one = before.with(rows(5, 20));
    const other = before.with([row(11, { tv: 7 })]);
    expect([...one]).toEqual(rows(1, 20));
    expect(other.last).toEqual(row(11, { tv: 7 }));
    expect([...before]).toEqual(rows(1, 10));
    expect(before.with(rows(1, 10))).toBe(before);
  });

  test("goes on from where it was taken back to", () => {
    const whole = LossHistory.EMPTY.with(rows(1, 40));
    const back = whole.upTo(15);
    expect([...back]).toEqual(rows(1, 15));
    expect(Array.from(back.with([row(16, { tv: 3 })]))).toEqual([...rows(1, 15), row(16, { tv: 3 })]);
    expect([...whole]).toEqual(rows(1, 40));
    expect(whole.upTo(0).length).toBe(0);
  });

  test("a term that comes later has no values before", () => {
    const history = LossHistory.EMPTY.with([row(1, {})]).with([row(2, { style: 4 })]);
    expect([...history.curve("style").y]).toEqual([Number.NaN, 4]);
    expect([...history.curve("none").y]).toEqual([Number.NaN, Number.NaN]);
    expect(history.first).toEqual(row(1, {}));
    expect(valueOf(row(1, {}), "style")).toBeNaN();
  });

  test("keeps every other row, and the newest, where there are very many", () => {
    let history = LossHistory.EMPTY;
    for (let from = 1; from <= 20_501; from += 500) {
      history = history.with(rows(from, from + 499));
      expect(history.last?.iteration).toBe(from + 499);
      expect(history.length).toBeLessThanOrEqual(20_000);
    }
    expect(history.first?.iteration).toBeLessThanOrEqual(2);
    expect(history.length).toBeGreaterThan(9_000);
  });

  test("the nearest of thinned rows is found", () => {
    const thinned = LossHistory.EMPTY.with(rows(1, 1000).filter((_, i) => i % 10 === 0));
    const nearest = (iteration: number) => thinned.nearest(iteration)?.iteration;
    expect([14, 17, -5, 5000].map(nearest)).toEqual([11, 21, 1, 991]);
    expect(LossHistory.EMPTY.nearest(5)).toBeUndefined();
  });
});
