import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnOf, drawChart, xOfColumn } from "../../../tui/app/chart.ts";
import { type ChartWindow, moveCursor, pan, rangeOf, WHOLE, zoomBy } from "../../../tui/app/chart-window.ts";
import { legendRows } from "../../../tui/app/legend.ts";
import { LossHistory } from "../../../tui/app/loss-history.ts";

const ROWS = Array.from({ length: 1000 }, (_, i) => ({
  iteration: i + 1,
  stage: i < 500 ? 0 : 1,
  seconds: i,
  total: 1000 / (i + 1),
  terms: { tv: 1 },
}));
const LOSSES = LossHistory.EMPTY.with(ROWS);
const curve = (points: readonly { x: number; y: number }[]) => ({
  x: Float64Array.from(points, ({ x }) => x),
  y: Float64Array.from(points, ({ y }) => y),
});
const textOf = (rows: readonly (readonly { text: string }[])[]) =>
  rows.map((runs) => runs.map(({ text }) => text).join(""));

describe("drawChart", () => {
  test("every row is as wide as asked, and the ends of the axis are the largest and the smallest value", () => {
    const chart = drawChart([LOSSES.curve("total")], { columns: 33, rows: 7, range: { from: 1, to: 1000 } });
    expect(textOf(chart.rows).map((row) => row.length)).toEqual(Array.from({ length: 7 }, () => 33));
    expect([chart.top, chart.bottom]).toEqual([1000, 1]);
  });

  test("a power law is a straight line over logarithms of both, and falls from corner to corner", () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ x: i, y: 10 ** (-i / 99) }));
    const rows = textOf(
      drawChart([curve(points)], { columns: 10, rows: 10, range: { from: 0, to: 99 }, hasBraille: false })
        .rows,
    );
    expect(rows.map((row) => row.indexOf("*"))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("between the ends of the axis are the roundest values that there is room for", () => {
    const valuesOf = (high: number, low: number, rows: number) => {
      const points = [high, low].map((y, x) => ({ x, y }));
      const { between } = drawChart([curve(points)], { columns: 9, rows, range: { from: 0, to: 1 } });
      return Object.fromEntries([...between].map(([row, value]) => [row, Number(value.toPrecision(6))]));
    };
    expect(valuesOf(13.72, 1.417, 18)).toEqual({ 2: 10, 8: 5, 15: 2 });
    expect(valuesOf(13.72, 1.417, 6)).toEqual({ 2: 5 });
    expect(valuesOf(5e5, 2e-4, 20)).toEqual({ 3: 1e4, 7: 100, 12: 1, 16: 0.01 });
    expect(valuesOf(1.424, 1.417, 20)).toEqual({ 11: 1.42 });
    expect(valuesOf(20, 1, 4)).toEqual({});
    // However long, an axis has few; they stand in the rows where a line has these values.
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.double({ min: 1.001, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (low, factor, rows) => {
          const values = Object.entries(valuesOf(low * factor, low, rows));
          expect(values.length).toBeLessThanOrEqual(6);
          for (const [row, value] of values) {
            const place = (Math.log((low * factor) / value) / Math.log(factor)) * rows;
            expect(Math.abs(Number(row) + 0.5 - place)).toBeLessThan(1);
          }
        },
      ),
    );
  });

  test("NaN, infinity, zero and negative values are left out", () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, 0, -1].map((y, i) => ({ x: i, y }));
    const chart = drawChart([curve(bad)], { columns: 8, rows: 2, range: { from: 0, to: 3 } });
    expect(chart.top).toBeNaN();
    expect(textOf(chart.rows)).toEqual(["        ", "        "]);
    const mixed = drawChart([curve([...bad, { x: 3, y: 5 }])], {
      columns: 8,
      rows: 2,
      range: { from: 0, to: 3 },
    });
    expect(mixed.top).toBeCloseTo(5.5);
  });

  test("covers the dots of lines through all points, however many fall into one column", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 2, maxLength: 400 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        (values, columns, rows) => {
          const points = values.map((y, x) => ({ x, y }));
          const range = { from: 0, to: values.length - 1 };
          const chart = drawChart([curve(points)], { columns, rows, range });
          const [high, low] = [Math.log(chart.top), Math.log(chart.bottom)];
          const dots = points.map(({ x, y }) => ({
            x: columnOf(x, range, columns * 2),
            y: Math.round((high - Math.log(y)) * ((rows * 4 - 1) / (high - low))),
          }));
          const cells = new Map<number, number>();
          for (const [i, to] of dots.entries()) {
            const from = dots[i - 1] ?? to;
            const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
            for (let step = 0; step <= steps; step++) {
              const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
              const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
              const cell = Math.floor(y / 4) * columns + Math.floor(x / 2);
              const bit = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80][(x % 2) * 4 + (y % 4)] ?? 0;
              cells.set(cell, (cells.get(cell) ?? 0) | bit);
            }
          }
          const expected = Array.from({ length: rows }, (_row, row) =>
            Array.from({ length: columns }, (_cell, column) => {
              const bits = cells.get(row * columns + column) ?? 0;
              return bits === 0 ? " " : String.fromCodePoint(0x2800 + bits);
            }).join(""),
          );
          expect(textOf(chart.rows)).toEqual(expected);
        },
      ),
    );
  });

  test("cells belong to the series that is drawn there", () => {
    const [high, low] = [
      [
        { x: 0, y: 100 },
        { x: 9, y: 100 },
      ],
      [
        { x: 0, y: 1 },
        { x: 9, y: 1 },
      ],
    ];
    const { rows } = drawChart([curve(high ?? []), curve(low ?? [])], {
      columns: 6,
      rows: 3,
      range: { from: 0, to: 9 },
    });
    expect(rows.map((runs) => runs.map(({ series }) => series))).toEqual([[0], [undefined], [1]]);
  });

  test("each series has its letter where it is seen, as near to its end as can be", () => {
    const flat = (y: number, count: number) => Array.from({ length: count }, (_, x) => ({ x, y }));
    const labelsOf = (...series: { x: number; y: number }[][]) =>
      textOf(
        drawChart(series.map(curve), {
          columns: 5,
          rows: 3,
          range: { from: 0, to: 9 },
          labels: ["a", "b", "c"].slice(0, series.length),
        }).rows,
      ).map((row) => row.replaceAll(/[^a-c]/g, "."));
    expect(labelsOf(flat(100, 10), flat(10, 10), flat(1, 6))).toEqual(["....a", "....b", "..c.."]);
    // The longer one, drawn before, lies over the shorter one.
    expect(labelsOf(flat(100, 10), flat(1, 10), flat(100, 6))).toEqual(["..c.a", ".....", "....b"]);
    expect(labelsOf(flat(100, 10), [])).toEqual([".....", "....a", "....."]);
    // The same line twice.
    expect(labelsOf(flat(100, 10), flat(100, 10))).toEqual([".....", "...ba", "....."]);
  });
});

describe("the legend", () => {
  const terms = ["total", "content.conv4_2", "style.conv1_1", "style.conv5_1", "style.conv3_1", "tv"];
  const point = {
    iteration: 1,
    stage: 0,
    seconds: 1,
    total: 123_400,
    terms: Object.fromEntries(terms.map((name) => [name, 1.234e-5])),
  };
  const shown = (columns: number, rows: number) =>
    legendRows(terms, point, columns, rows).map((row) =>
      row.map(({ text }) => text.trim().replace(/ +/g, " ")),
    );

  test("names every term, with its value where there is room for it", () => {
    expect(shown(46, 4)).toEqual([
      ["a total 123400", "b c4_2 1.234e-5"],
      ["c s1_1 1.234e-5", "d s5_1 1.234e-5"],
      ["e s3_1 1.234e-5", "f tv 1.234e-5"],
    ]);
    expect(shown(30, 2)).toEqual([
      ["a total", "b c4_2", "c s1_1"],
      ["d s5_1", "e s3_1", "f tv"],
    ]);
    expect(shown(200, 4)).toHaveLength(1);
  });

  test("has as many rows whatever the values are", () => {
    const small = { ...point, total: 1, terms: Object.fromEntries(terms.map((name) => [name, 2])) };
    expect(legendRows(terms, small, 46, 4)).toHaveLength(3);
  });
});

describe("what a chart shows", () => {
  const zoomed = (window: ChartWindow, by: 1 | -1) => zoomBy(window, by, LOSSES, 40);

  test("columns and values lead to one another", () => {
    const range = { from: 100, to: 300 };
    for (const column of [0, 7, 39]) expect(columnOf(xOfColumn(column, range, 40), range, 40)).toBe(column);
  });

  test("zooming halves the range and keeps its end at the newest; all of it comes back", () => {
    const twice = zoomed(zoomed(WHOLE, 1), 1);
    expect(rangeOf(twice, LOSSES)).toEqual({ from: 1000 - 999 / 4, to: 1000 });
    expect(rangeOf(zoomed(zoomed(twice, -1), -1), LOSSES)).toEqual({ from: 1, to: 1000 });
    expect(zoomed(WHOLE, -1).zoom).toBe(0);
  });

  test("zooming leaves what is under the cursor where it is", () => {
    const under = (window: ChartWindow) => xOfColumn(window.cursor ?? 0, rangeOf(window, LOSSES), 40);
    let window: ChartWindow = { ...WHOLE, cursor: 13 };
    const at = under(window);
    for (let i = 0; i < 4; i++) {
      window = zoomed(window, 1);
      expect(under(window)).toBeCloseTo(at);
    }
    for (let i = 0; i < 3; i++) window = zoomed(window, -1);
    expect(under(window)).toBeCloseTo(at);
  });

  test("panning stays within the iterations, and at their end follows again", () => {
    let window = zoomed(WHOLE, 1);
    for (let i = 0; i < 20; i++) window = pan(window, -1, LOSSES);
    expect(rangeOf(window, LOSSES).from).toBe(1);
    for (let i = 0; i < 20; i++) window = pan(window, 1, LOSSES);
    expect(window.end).toBeUndefined();
  });

  test("the cursor stays on the chart", () => {
    expect(moveCursor(WHOLE, -1, 40).cursor).toBe(38);
    expect(moveCursor({ ...WHOLE, cursor: 3 }, -10, 40).cursor).toBe(0);
    expect(moveCursor({ ...WHOLE, cursor: 38 }, 10, 40).cursor).toBe(39);
  });
});
