import { homedir } from "node:os";
import { describe, expect, test } from "vitest";
import { type ControlValues, stepControl } from "../../../shared/controls.ts";
import type { Job } from "../../../shared/jobs.ts";
import { comparedJobs, differenceRows } from "../../../tui/app/compared-jobs.ts";
import { doDeed } from "../../../tui/app/deeds.ts";
import { describeChangeAt } from "../../../tui/app/describe-timeline.ts";
import { pauseOrResume } from "../../../tui/app/job-deeds.ts";
import { NO_DETAIL } from "../../../tui/app/job-detail.ts";
import { Latency } from "../../../tui/app/latency.ts";
import { bandsOf, PANES, pictureAreas, studioLayout } from "../../../tui/app/layout.ts";
import { LossHistory } from "../../../tui/app/loss-history.ts";
import type { Mirror } from "../../../tui/app/mirror.ts";
import { lineWithCursor } from "../../../tui/app/parts/text-line.tsx";
import { filesFromPaste } from "../../../tui/app/pasted-files.ts";
import { selectionOf, viewJobs } from "../../../tui/app/queue-view.ts";
import { differencesOf } from "../../../tui/app/recipe-differences.ts";
import { undoQuestion } from "../../../tui/app/studio/undo.ts";
import { GLYPHS, THEMES } from "../../../tui/app/theme.ts";
import { toAscii } from "../../../tui/terminal/ascii.ts";
import { movePart, WHOLE_PART, zoomPart } from "../../../tui/terminal/crop-picture.ts";
import { earlyEndOf, titleOf } from "../../../tui/terminal/job-text.ts";
import { jobOf as job } from "../../support/jobs.ts";
import { smallRecipe } from "../../support/recipes.ts";

test("a title that is too long keeps something of the photo and of the paintings", () => {
  const recipe = smallRecipe({ content: "/a/harbour at dawn.jpg", style: "/b/great wave off kanagawa.png" });
  const names = ([12, 21, 30, 80] as const).map((columns) => titleOf(recipe, columns));
  expect(names).toEqual([
    "har… × grea…",
    "harbo… × great wave …",
    "harbour … × great wave off ka…",
    "harbour at dawn × great wave off kanagawa",
  ]);
  const short = smallRecipe({ content: "/a/sea.jpg", style: "/b/great wave off kanagawa.png" });
  expect(titleOf(short, 20)).toBe("sea × great wave of…");
});

describe("pasted and dropped files", () => {
  test("are found however a terminal writes them", () => {
    for (const [text, files] of [
      ["/a/b.png", ["/a/b.png"]],
      ["/a/my photo.png", ["/a/my photo.png"]],
      ["'/a/my photo.png' ", ["/a/my photo.png"]],
      ["/a/my\\ photo.png", ["/a/my photo.png"]],
      ['"/a/b.png" /c.png', ["/a/b.png", "/c.png"]],
      ["/a.png\n/b.png\r\n", ["/a.png", "/b.png"]],
      ["file:///a/my%20photo.png", ["/a/my photo.png"]],
      ["file:///a.png file:///b.png\r\n/c.png", ["/a.png", "/b.png", "/c.png"]],
      ["~/x.png", [`${homedir()}/x.png`]],
      [`'/a/it'\\''s a "name".png'`, [`/a/it's a "name".png`]],
      [`'/a/it'"'"'s.png' /b.png`, ["/a/it's.png", "/b.png"]],
      [`/a/it's a "name".png`, [`/a/it's a "name".png`]],
      [`/a/a "name" here.png`, [`/a/a "name" here.png`]],
      [`/a/it\\'s.png`, ["/a/it's.png"]],
    ] as const)
      expect(filesFromPaste(text), text).toEqual(files);
  });

  test("other text has none", () => {
    for (const text of ["hello", "a /b", "", "don't"]) expect(filesFromPaste(text), text).toEqual([]);
    for (const text of [
      "file://elsewhere/a.png",
      "file:///a b",
      "file:///%zz",
      "file:///a%2Fb",
      "file:///%00",
      "a".repeat(1e6),
      "a".repeat(1e7),
    ])
      expect(filesFromPaste(text), text).toEqual([]);
  });
});

describe("the list of jobs", () => {
  const jobs = [
    job("aaa", { created: 1, group: "night" }),
    job("bbb", { created: 3, status: { state: "failed", at: 1, reason: "no" } }),
    job("ccc", { created: 2, status: { state: "running", since: 0 }, group: "night" }),
  ];
  const ids = (view: Parameters<typeof viewJobs>[1]) => viewJobs(jobs, view).map(({ id }) => id);
  const usual = { filter: "", sort: "queue", isGrouped: false } as const;

  test("is filtered by words, wherever they are", () => {
    expect(ids({ ...usual, filter: "night" })).toEqual(["aaa", "ccc"]);
    expect(ids({ ...usual, filter: "CAT running" })).toEqual(["ccc"]);
    expect(ids({ ...usual, filter: "dog" })).toEqual([]);
    // As a system that takes letters apart names its files.
    const apart = [job("ddd", { group: "e\u0301tudes" })];
    expect(viewJobs(apart, { ...usual, filter: "\u00E9tu" })).toHaveLength(1);
  });

  test("is sorted and grouped", () => {
    expect(ids({ ...usual, sort: "newest" })).toEqual(["bbb", "ccc", "aaa"]);
    expect(ids({ ...usual, sort: "state" })).toEqual(["aaa", "ccc", "bbb"]);
    expect(ids({ ...usual, isGrouped: true })).toEqual(["bbb", "aaa", "ccc"]);
  });

  test("has a selected job that is shown", () => {
    const selected = (filter: string, chosen?: string) => selectionOf(jobs, { ...usual, filter }, chosen);
    expect(selected("", "bbb")).toBe("bbb");
    expect(selected("night", "ccc")).toBe("ccc");
    expect(selected("night", "bbb")).toBe("aaa");
    expect(selected("dog", "bbb")).toBeUndefined();
    expect(selected("", "gone")).toBe("ccc");
    expect(selected(" ")).toBe("ccc");
  });
});

test("what is written on a light background has colours that are dark in every terminal's palette", () => {
  const { series, states, ...others } = THEMES.light;
  // As many jobs as can be compared.
  const written = [...Object.values(states), ...Object.values(others), ...series.slice(0, 4)];
  expect(written.filter((colour) => !/^(black|gray|red|blue|magenta)$/.test(colour))).toEqual([]);
});

describe("what is done to jobs", () => {
  const [queued, held, running, paused, done] = [
    job("queued"),
    job("held", { status: { state: "queued", held: true } }),
    job("running", { status: { state: "running", since: 0 } }),
    job("paused", { status: { state: "paused", since: 0, reason: "asked for" } }),
    job("done", { status: { state: "done", at: 0, picture: "", problem: null } }),
  ];

  test("what was asked about is done to jobs as they are when it is answered", async () => {
    const daemon = { isOpen: true, request: async () => await Promise.resolve({}) };
    const mirror = { daemon, snapshot: () => ({ jobs: [{ ...running, status: done.status }] }) };
    const deed = { kind: "remove", jobs: [running] } as const;
    expect(await doDeed(mirror as unknown as Mirror, deed, () => {})).toBe("running is removed");
  });

  test("pausing several pauses all as long as one is at work or waits, and else all go on", () => {
    for (const [jobs, kind, meant] of [
      [[queued], "pause", ["queued"]],
      [[running, paused, held, queued, done], "pause", ["running", "queued", "done"]],
      [[paused, held], "resume", ["paused", "held"]],
      [[done], "resume", ["done"]],
    ] as const) {
      const deed = pauseOrResume(jobs);
      expect([deed.kind, deed.jobs.map(({ id }) => id)]).toEqual([kind, meant]);
    }
  });

  test("an undo is asked for where it costs more than a moment, and says what", () => {
    const at = (iteration: number) => ({
      progress: {
        stage: 0,
        width: 1,
        height: 1,
        stageIteration: 0,
        iteration,
        evaluations: 0,
        loss: 0,
        terms: {},
        seconds: 0,
      },
    });
    const checkpoint = { iteration: 100, stage: 0, at: 0, loss: 0, whole: false, bytes: 0 };
    const lastChange = { iteration: 120, changes: { style: 2 } };
    // Another one is still to come.
    const timeline = [lastChange, { iteration: 120, changes: {} }, { iteration: 900, changes: { tv: 1 } }];
    const detail = { losses: LossHistory.EMPTY, checkpoints: [checkpoint], timeline, lastChange };
    const { status: isRunning } = running;
    expect(undoQuestion(job("a", { status: isRunning, ...at(170) }), detail)).toBeUndefined();
    expect(undoQuestion(job("a", { status: isRunning, ...at(460) }), detail)).toBe(
      "undo style = 2 and the 340 iterations since",
    );
    expect(undoQuestion(job("a", { status: done.status, ...at(101) }), detail)).toBe(
      "undo style = 2 and the 1 iteration since, run again",
    );
    expect(undoQuestion(job("a", at(460)), { ...detail, lastChange: null })).toBeUndefined();
    expect(undoQuestion(job("a", at(121)), NO_DETAIL)).toBe("undo the last change of a");
  });
});

describe("differences of recipes in words", () => {
  test("tell what differs, after the changes that were made, and where a job comes from", () => {
    const other = smallRecipe({ content: "/photos/dog.png", style: "/art/waves.png" }, { seed: 7 });
    expect(
      differencesOf([
        {
          job: job("a"),
          timeline: [{ iteration: 0, changes: { "style.conv1_1": 2.5 } }],
        },
        { job: job("b", { recipe: other, branchedFrom: { job: "a", iteration: 9 } }), timeline: [] },
      ]),
    ).toEqual(
      expect.arrayContaining([
        { name: "content", values: ["cat.png", "dog.png"] },
        { name: "style.conv1_1", values: ["2.5", "5"] },
        { name: "branch of", values: ["none", "a at iteration 9"] },
      ]),
    );
    // What is still to come of a timeline makes no difference yet.
    expect(
      differencesOf([
        { job: job("a"), timeline: [{ iteration: 5, changes: { tv: 1 } }] },
        { job: job("b"), timeline: [] },
      ]),
    ).toEqual([]);
    // Whose stages are listed has a number for each, and no use for another.
    const { schedule } = other;
    const listed = (iterations: number) =>
      job("a", {
        recipe: { ...other, schedule: { ...schedule, stages: [{ size: 32, iterations: 3 }], iterations } },
      });
    expect(
      differencesOf([
        { job: listed(5), timeline: [] },
        { job: listed(6), timeline: [] },
      ]),
    ).toEqual([]);
  });
});

describe("jobs side by side", () => {
  const recipe = (seed: number) => ({
    ...smallRecipe({ content: "/photos/cat.png", style: "/art/waves.png" }),
    seed,
  });
  const jobs = [1, 2, 3].map((seed) => job(`id${seed}`, { recipe: recipe(seed) }));
  const ids = jobs.map(({ id }) => id);
  const detail = (changes: ControlValues) => ({ ...NO_DETAIL, timeline: [{ iteration: 0, changes }] });
  const details = new Map(ids.map((id, i) => [id, detail({ style: i + 10 })]));
  const textOf = (rows: ReturnType<typeof differenceRows>) =>
    rows.map((row) => row.map(({ text }) => text).join("  "));

  test("one that is removed leaves letters, colours and changes of the others as they are", () => {
    const left = comparedJobs(ids, { jobs: jobs.slice(1), details }, ["red", "green", "blue"]);
    expect(left.map(({ letter, colour, job: one }) => [letter, colour, one?.id])).toEqual([
      ["a", "red", undefined],
      ["b", "green", "id2"],
      ["c", "blue", "id3"],
    ]);
    expect(textOf(differenceRows(left, 40))).toEqual(["style weight:  b 11  c 12", "seed:  b 2  c 3"]);
  });

  test("differences flow into rows, and a change that a recipe has not is left out", () => {
    const odd = new Map([
      ["id1", detail({ "style.conv9_9": 1 })],
      ["id2", detail({ style: 2.25 })],
    ]);
    const both = comparedJobs(ids.slice(0, 2), { jobs, details: odd }, ["red"]);
    expect(textOf(differenceRows(both, 24))).toEqual(["style weight:  a 1", "  b 2.25", "seed:  a 1  b 2"]);
  });
});

describe("changes in words", () => {
  const timeline = [
    { iteration: 5, changes: { style: 2, tv: 0.5 } },
    { iteration: 9, changes: {} },
  ];

  test("the last one up to an iteration is told, or the first that comes", () => {
    const at = (iteration: number | undefined) => describeChangeAt(timeline, iteration)?.text;
    expect(at(4)).toBe("next change 1 of 2, after 5: style = 2, tv = 0.5");
    expect(at(5)).toBe("change 1 of 2, after 5: style = 2, tv = 0.5");
    expect(at(undefined)).toBe("change 2 of 2, after 9: the optimiser begins afresh");
    expect(describeChangeAt([], 4)).toBeUndefined();
  });
});

describe("text in ASCII", () => {
  test("is as wide as it was, and what has no likeness is a question mark", () => {
    for (const [text, ascii] of [
      ["│ ▶ 12 % photo × pain… ╯", "| o 12 % photo x pain~ +"],
      ["\u001B[36mcafé\u001B[39m", "\u001B[36mcaf?\u001B[39m"],
      ["猫.png 👩‍🎨", "??.png ??"],
      ["e\u0301t", "et"],
    ] as const)
      expect(toAscii(text), text).toBe(ascii);
    const { states, ...glyphs } = GLYPHS.ascii;
    const drawn = [...Object.values(states), ...Object.values(glyphs), lineWithCursor({ text: "", at: 0 })];
    for (const text of drawn.map(String)) expect(toAscii(text), text).toMatch(/^[ -~]+$/);
    expect(drawn.map((text) => toAscii(String(text))).join("")).not.toContain("?");
  });
});

describe("steps of a control", () => {
  const control = { name: "style", value: 3, unit: "", min: 0, max: 5, meaning: "" };

  test("ten double or halve it, within its range", () => {
    expect(stepControl({ ...control, max: 1e9 }, 10, 3)).toBe(6);
    expect(stepControl(control, -10, 3)).toBe(1.5);
    expect(stepControl(control, 10, 3)).toBe(5);
  });

  test("from 0 it comes back to where the recipe had it", () => {
    expect(stepControl({ ...control, value: 0 }, 1, 3)).toBe(3);
    expect(stepControl({ ...control, value: 0 }, -1, 3)).toBe(0);
    expect(stepControl({ ...control, value: 0 }, 1, 0)).toBe(1e-3);
  });
});

test("whoever removes the chosen job is at the one beside it", () => {
  const jobs = ["a", "b", "c", "d"].map((id) => job(id));
  const view = { filter: "", sort: "queue", isGrouped: false } as const;
  const order = jobs.map(({ id }) => id);
  const without = (...ids: string[]) => jobs.filter(({ id }) => !ids.includes(id));
  expect(selectionOf(jobs, view, "c", order)).toBe("c");
  expect(selectionOf(without("c"), view, "c", order)).toBe("d");
  expect(selectionOf(without("c", "d"), view, "c", order)).toBe("b");
  expect(selectionOf(without("c"), view, undefined, order)).toBe("a");
});

describe("places on the screen", () => {
  test("pictures fill their band without a gap, and panes keep enough rows", () => {
    for (const columns of [60, 81, 160, 300]) {
      const areas = [
        ...pictureAreas(columns, 10, [
          ["a", 3],
          ["b", 4],
          ["c", 3],
        ]).values(),
      ];
      expect(areas.reduce((at, area) => (expect(area.left).toBe(at), at + area.columns), 0)).toBe(columns);
    }
    for (const rows of [13, 22, 48, 98])
      expect(bandsOf(rows, 0.5, true).paneRows).toBeGreaterThanOrEqual(Math.min(rows, 8));
    expect(bandsOf(48, 0.5, false)).toEqual({ pictureRows: 0, paneRows: 48 });
  });

  const sizes = [60, 80, 109, 110, 300].flatMap((columns) =>
    [13, 22, 48, 98].map((rows) => ({ columns, rows })),
  );
  const ways = PANES.flatMap((pane) => [true, false].map((isFull) => ({ pane, isFull })));
  test.each(ways)(
    "the studio's rows and columns are all taken, and the focus is seen: %j",
    ({ pane, isFull }) => {
      for (const size of sizes) {
        const without = studioLayout({ ...size, hasPictures: false }, pane, isFull);
        expect(without.pictureRows + without.captionRows).toBe(0);
        const layouts = [without, studioLayout({ ...size, hasPictures: true }, pane, isFull)];
        for (const { pictureRows, captionRows, paneRows, columns } of layouts) {
          expect(pictureRows + captionRows + paneRows).toBe(size.rows);
          const taken = PANES.map((name) => columns[name]);
          expect(taken.reduce((sum, one) => sum + one)).toBe(paneRows === 0 ? 0 : size.columns);
          expect(taken.filter((one) => one > 0).length).toBeLessThanOrEqual(isFull ? 1 : 3);
          expect(paneRows === 0 || columns[pane] > 20).toBe(true);
        }
      }
    },
  );

  test("a job that is done before its last iteration says why", () => {
    const progress = { ...job("a").progress, iteration: 33 } as Job["progress"];
    const stages = [20, 30].map((iterations) => ({ size: 64, iterations }));
    const plan = { width: 64, height: 64, stages, styles: [] };
    const done = job("a", { status: { state: "done", at: 0, picture: "", problem: null }, plan, progress });
    expect(earlyEndOf(done)).toBe("converged after 33 of 50 iterations");
    expect(earlyEndOf({ ...done, status: { state: "running", since: 0 } })).toBeUndefined();
    expect(
      earlyEndOf({ ...done, plan: { ...plan, stages: [{ size: 64, iterations: 33 }] } }),
    ).toBeUndefined();
  });

  test("a part of a picture stays within it", () => {
    let part = WHOLE_PART;
    for (let i = 0; i < 10; i++) part = zoomPart(part, 0.5);
    expect(part.extent).toBe(1 / 16);
    for (let i = 0; i < 200; i++) part = movePart(part, 1, -1);
    expect(part).toEqual({ left: 15 / 16, top: 0, extent: 1 / 16 });
    for (let i = 0; i < 10; i++) part = zoomPart(part, 2);
    expect(part).toEqual(WHOLE_PART);
  });

  test("a steady link is a steady number, whatever else goes on now and then", () => {
    const latency = new Latency();
    expect([130, 900, 140, 160].map((ms) => latency.with(ms))).toEqual([200, 200, 200, 200]);
    expect(new Latency().with(0.2)).toBe(5);
    expect(new Latency().with(1e6)).toBe(5000);
  });
});
