import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { atelier, ended, json, startAtelier } from "../support/atelier.ts";
import { ONE_THREAD } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary.ts";

const home = temporaryFolder();
let pictures: { content: string; style: string };
let basics: string[];
const METHOD = ["--size", "32", "--stages", "single", "--iterations", "3"];

beforeAll(async () => {
  pictures = await smallPictures(home);
  basics = ["add", "--content", pictures.content, "--style", pictures.style, ...METHOD];
});

afterAll(async () => {
  await atelier(["down"], home);
});

describe("without a daemon", () => {
  test("commands say how to start one, with exit code 1", async () => {
    for (const args of [["status"], ["list"], ["watch", "abc"], ["down"]]) {
      const outcome = await atelier(args, home);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain("no daemon is running here; start one with: atelier up");
    }
    expect(json(await atelier(["list", "--json"], home))).toEqual({
      error: "no daemon is running here; start one with: atelier up",
    });
  });

  test.each([
    "pause",
    "cancel a --all",
    "set a style",
    "set a tv=1 tv=2",
    "branch @",
    "branch a style=much",
    "branch a --out x.jpg",
    "export a@b",
    "export a --out x.jpg",
    "edit a",
    "edit a --preset none",
    "edit a --preset gatys --recipe r.json",
    "edit a --stages 1,2",
    "edit a --crop wide",
    "edit a --pairs 3 --optimizer adam",
    "edit a --pairs 3 --averaging 0",
    "edit a --out x.jpg",
    "add --content a.png",
    "add --content a.png --style b.png --out x.jpg",
    "move a sideways",
    // Of a variable that is not set.
    "show ",
    "watch ",
    "wait a ",
    "cancel a ",
    "branch ",
    "cancel --group=",
  ])("arguments that make no sense are said to do so all the same: %s", async (line) => {
    const outcome = await atelier(line.split(" "), home);
    expect(outcome.stderr).not.toContain("no daemon");
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
  });

  test("one is not started beside another that all commands would go to, and wrong options are said", async () => {
    const elsewhere = await atelier(["up"], home, { ATELIER_CONNECT: "127.0.0.1:9" });
    expect(elsewhere).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ATELIER_CONNECT names a daemon elsewhere \(127\.0\.0\.1:9\)/),
    });
    const negative = await atelier(["up", "--checkpoint-seconds", "-1"], home);
    expect(negative.stderr).toMatch(/checkpoint-seconds.*expected|expected.*checkpoint-seconds/);
    expect(negative.stderr).not.toMatch(/\n {4}at /);
    for (const seconds of ["", "0", "Infinity"])
      expect(await atelier(["up", "--worker-silence", seconds], home)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/--worker-silence: expected a number of seconds from 2 to 2000000/),
      });
  });

  test("a systemd unit is written with the options given", async () => {
    const config = join(home, "config");
    const outcome = await atelier(["up", "--install", "--weights", "untrained", "--json"], home, {
      XDG_CONFIG_HOME: config,
    });
    expect(outcome.code).toBe(0);
    const unit = readFileSync(join(config, "systemd/user/atelier.service"), "utf8");
    expect(unit).toContain(`ExecStart=${process.execPath} `);
    expect(unit).toMatch(/dist\/daemon\.js --weights=untrained$/m);
    expect(unit).toContain(`Environment=ATELIER_HOME=${home}`);
    expect(unit).toMatch(/^KillMode=mixed$/m);
  });

  test("a systemd unit that cannot be written is said in a line", async () => {
    const config = join(home, "unit");
    const file = join(config, "systemd/user/atelier.service");
    mkdirSync(file, { recursive: true });
    const outcome = await atelier(["up", "--install"], home, { XDG_CONFIG_HOME: config });
    expect(outcome).toMatchObject({ code: 1, stderr: `error: cannot write ${file}: it is a folder\n` });
  });

  test("an option that makes no sense is said to whoever starts it", async () => {
    const outcome = await atelier(["up", "--listen", "nonsense"], home);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/did not start: "nonsense": expected HOST:PORT/);
    expect((await atelier(["up", "--hook", home], home)).stderr).toContain(`--hook: ${home} is no file`);
    const tls = ["--listen", "127.0.0.1:0", "--tls-cert", pictures.content, "--tls-key", pictures.style];
    expect((await atelier(["up", ...tls], home)).stderr).toContain(
      `--tls-cert: ${pictures.content} holds no PEM`,
    );
    const deep = { ATELIER_HOME: join(home, "d".repeat(100)) };
    expect((await atelier(["up"], home, deep)).stderr).toMatch(
      /longer than the \d+ bytes that a socket's path/,
    );
    for (const name of ["weights", "hook"])
      expect((await atelier(["up", `--${name}`, "/nope"], home)).stderr).toContain(
        `--${name}: there is no file /nope`,
      );
  });
});

test("a home may have any name, also a relative one", async () => {
  const odd = join(home, 'Büro 2 #1:"x"');
  mkdirSync(odd);
  for (const [folder, from] of [
    [odd, odd],
    ["near", odd],
  ] as const) {
    const own = { ATELIER_HOME: folder };
    expect(await atelier(["up", "--weights", "untrained"], from, own)).toMatchObject({ code: 0 });
    expect(await atelier(["list"], from, own)).toMatchObject({ code: 0, stderr: "" });
    expect(await atelier(["down"], from, own)).toMatchObject({ code: 0 });
  }
  expect(existsSync(join(odd, "near/data"))).toBe(true);
});

describe("with a daemon", () => {
  beforeAll(async () => {
    await atelier(["up", ...ONE_THREAD, "--weights", "untrained"], home);
  });

  test("up twice is fine, unless with other options", async () => {
    expect(await atelier(["up"], home)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is up already \(process \d+\)/),
    });
    expect(await atelier(["up", "--paused"], home)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is up already \(process \d+\), with the options/),
    });
  });

  test("who follows a job that is not there, or a group of none, is told at once", async () => {
    for (const args of [
      ["wait", "zzz"],
      ["watch", "zzz"],
      ["logs", "zzz"],
      ["logs", "zzz", "-f"],
    ])
      expect(await atelier(args, home)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/there is no job zzz/),
      });
    expect(await atelier(["wait", "--group", "nihgt"], home)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no job is in the group "nihgt"/),
    });
  });

  test("a token that cannot be one, and an address without a port, are told in words", async () => {
    const token = join(home, "spoilt-token");
    writeFileSync(token, "two\nlines");
    const list = async (address: string) =>
      await atelier(["list", "--connect", address, "--token-file", token], home);
    expect((await list("127.0.0.1:9")).stderr).toMatch(/spoilt-token does not hold a token/);
    expect(await list("somewhere")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"somewhere": expected HOST:PORT or wss:/),
    });
  });

  test("a job is added, watched line by line, listed and shown", async () => {
    const out = join(home, "out.png");
    const [job] = json<Job[]>(await atelier([...basics, "--out", out, "--json"], home)) as [Job];
    const watched = await atelier(["watch", job.id.slice(0, 6), "--json"], home);
    expect(watched.code).toBe(0);
    const events = watched.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; job?: Job });
    expect(events[0]).toMatchObject({ event: "job", job: { id: job.id } });
    expect(events.at(-1)).toMatchObject({ event: "job", job: { status: { state: "done" } } });
    expect(existsSync(out)).toBe(true);
    const list = await atelier(["list"], home);
    expect(list.stdout).toMatch(new RegExp(`${job.id} +done +100 %.* 32×21 +photo × painting`));
    const show = await atelier(["show", job.id], home);
    expect(show.stdout).toContain("style.conv4_1=5");
    const status = await atelier(["status"], home);
    expect(status.stdout).toMatch(/worker +onnx on cpu/);
    const logs = await atelier(["logs", job.id], home);
    expect(
      logs.stdout.split("\n").filter((line) => / (queued|running|done iterations=\d+ of \d+)$/.test(line)),
    ).toHaveLength(3);
  });

  test("a folder of photos and of paintings becomes a group of jobs, and is waited for", async () => {
    const folder = join(home, "photos");
    mkdirSync(folder);
    for (const name of ["a.png", "b.png"]) writeFileSync(join(folder, name), readFileSync(pictures.content));
    const added = json<Job[]>(
      await atelier(
        [
          "add",
          "--content",
          join(folder, "*.png"),
          "--style",
          pictures.style,
          pictures.content,
          "--each",
          "--out",
          join(home, "results"),
          "--group",
          "holiday",
          "--json",
          ...METHOD,
        ],
        home,
      ),
    );
    expect(added).toHaveLength(4);
    const waited = await atelier(["wait", "--group", "holiday", "--json"], home);
    expect(waited.code).toBe(0);
    expect(json<Job[]>(waited).map(({ status }) => status.state)).toEqual(["done", "done", "done", "done"]);
    for (const name of ["a-painting", "a-photo", "b-painting", "b-photo"])
      expect(existsSync(join(home, "results", `${name}.png`))).toBe(true);
    // What is there stays, and what another job will write.
    const pair = ["--content", join(folder, "a.png"), "--style", pictures.style];
    const again = ["add", ...pair, "--hold", "--group", "again", "--json"];
    const outs = [];
    for (let i = 0; i < 2; i++) {
      const [job] = json<Job[]>(await atelier([...again, "--out", join(home, "results"), ...METHOD], home));
      outs.push(job?.out);
    }
    expect(outs).toEqual([2, 3].map((n) => join(home, "results", `a-painting-${n}.png`)));
    await atelier(["cancel", "--group", "again"], home);
  });

  test("a job that waits gets another place for its picture, another label, and others to wait for", async () => {
    const [job] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const edit = ["edit", job.id, "--out", "elsewhere.png", "--group", "night", "--json"];
    const edited = json<Job>(await atelier(edit, home));
    expect(edited).toMatchObject({ recipe: job.recipe, group: "night" });
    expect(edited.out).toMatch(/\/elsewhere\.png$/);
    const none = ["--out", "none", "--group", "none", "--stop-below", "none", "--json"];
    const emptied = json<Job>(await atelier(["edit", job.id, ...none], home));
    expect(emptied).toMatchObject({ out: null, group: "", recipe: { schedule: { stopBelow: null } } });
    const [other] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const after = async (jobs: string) =>
      json<Job>(await atelier(["edit", job.id, "--after", jobs, "--json"], home)).after;
    expect(await after(other.id.slice(0, 7))).toEqual([other.id]);
    expect(await after("none")).toEqual([]);
    await atelier(["cancel", job.id, other.id], home);
  });

  test("a folder stands for the pictures in it, and one that is broken keeps none of the others out", async () => {
    const folder = join(home, "some");
    mkdirSync(folder);
    for (const name of ["a.png", "b.PNG"]) writeFileSync(join(folder, name), readFileSync(pictures.content));
    writeFileSync(join(folder, "notes.txt"), "not a picture");
    const add = [
      "add",
      "--content",
      folder,
      "--style",
      pictures.style,
      "--hold",
      "--group",
      "some",
      "--json",
    ];
    expect(
      json<Job[]>(await atelier([...add, ...METHOD], home)).map(({ recipe }) => recipe.content.file),
    ).toEqual([join(folder, "a.png"), join(folder, "b.PNG")]);
    writeFileSync(join(folder, "0.png"), "not a picture");
    const partly = await atelier([...add, ...METHOD], home);
    expect(partly.code).toBe(1);
    expect(partly.stderr).toMatch(/2 of 3 jobs were added: \w{8}, \w{8}; .*0\.png: not a picture/);
    const cancelled = await atelier(["cancel", "--group", "some", "--json"], home);
    expect(json<Job[]>(cancelled)).toHaveLength(4);
  });

  test("jobs for all of some pictures go into a folder, also where there is only one", async () => {
    const folder = join(home, "single");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.png"), readFileSync(pictures.content));
    const outOf = async (name: string, content: string, ...rest: string[]) => {
      const add = ["add", "--content", content, "--style", pictures.style, "--hold", "--group", "single"];
      const outcome = await atelier([...add, ...METHOD, "--out", name, ...rest, "--json"], home);
      return outcome.code === 0 ? json<Job[]>(outcome)[0]?.out : outcome.stderr;
    };
    expect(await outOf("by-pattern", join(folder, "*.png"))).toMatch(/\/by-pattern\/a-painting\.png$/);
    expect(await outOf("by-folder", folder)).toMatch(/\/by-folder\/a-painting\.png$/);
    expect(await outOf("by-each", pictures.content, "--each")).toMatch(/\/by-each\/photo-painting\.png$/);
    expect(await outOf("by-slash/", pictures.content)).toMatch(/\/by-slash\/photo-painting\.png$/);
    expect(await outOf("one.png", join(folder, "*.png"))).toMatch(/\/one\.png$/);
    expect(await outOf("nameless", pictures.content)).toMatch(
      /jobs write \.png.* or a folder, with a \/ at its end if it is new/,
    );
    await atelier(["cancel", "--group", "single"], home);
  });

  test("a list of stages gives the size when a job is added, and refuses another when it is edited", async () => {
    const add = ["add", "--content", pictures.content, "--style", pictures.style, "--hold", "--json"];
    const [job] = json<Job[]>(await atelier([...add, "--stages", "30:1,40:1"], home)) as [Job];
    expect(job.plan).toMatchObject({ width: 40, stages: [{ size: 30 }, { size: 40 }] });
    const edited = await atelier(["edit", job.id, "--size", "48"], home);
    expect(edited.code).toBe(2);
    expect(edited.stderr).toMatch(/the size is 48, but the stages end with 40/);
    const narrow = await atelier([...add, "--size", "20"], home);
    expect(narrow.stderr).toMatch(/photo\.png is 20×13 pixels at size 20, .*the least --size is 24/);
    await atelier(["cancel", job.id], home);
  });

  test("wait and watch end with 1 when the job does not end well", async () => {
    const [job] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const waiting = ended(startAtelier(["wait", job.id], home));
    const watching = ended(startAtelier(["watch", job.id], home));
    expect((await atelier(["cancel", job.id], home)).stdout).toContain("cancelled");
    expect((await waiting).code).toBe(1);
    expect((await watching).code).toBe(1);
    const retried = await atelier(["retry", job.id, "--json"], home);
    expect(json<Job[]>(retried)).toHaveLength(1);
    expect((await atelier(["wait", job.id], home)).code).toBe(0);
  });

  test("a job that is removed has not ended well, nor one whose picture is not where it was wanted", async () => {
    const [job] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const waiter = startAtelier(["wait", job.id], home);
    const waiting = ended(waiter);
    // That it is held, once it follows.
    if (waiter.stderr !== null) await once(waiter.stderr, "data");
    await atelier(["remove", job.id], home);
    expect(await waiting).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/end only after: atelier resume[^]*was removed before it had ended/),
    });
    const nowhere = join(home, "nowhere");
    writeFileSync(nowhere, "no folder");
    const out = join(nowhere, "x.png");
    const [lost] = json<Job[]>(await atelier([...basics, "--out", out, "--json"], home)) as [Job];
    expect((await atelier(["wait", lost.id], home)).code).toBe(1);
    expect((await atelier(["logs", lost.id], home)).stdout).toContain("could not be copied");
  });

  test("of several jobs, those are done that can be, and the others told of", async () => {
    const [a] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const [b] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const partly = await atelier(["cancel", a.id, "zzz", b.id, "--json"], home);
    expect(partly.code).toBe(1);
    expect(json<{ error: string; jobs: Job[] }>(partly)).toMatchObject({
      error: expect.stringMatching(/there is no job zzz/),
      jobs: [
        { id: a.id, status: { state: "cancelled" } },
        { id: b.id, status: { state: "cancelled" } },
      ],
    });
  });

  test("jobs are listed by what the table says of them", async () => {
    const [held] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const listed = await atelier(["list", "--state", "held", "--json"], home);
    expect(json<Job[]>(listed).map(({ id }) => id)).toEqual([held.id]);
    expect(json<Job[]>(await atelier(["list", "--state", "waiting", "--json"], home))).toEqual([]);
    await atelier(["cancel", held.id], home);
    const twoLines = await atelier([...basics, "--group", "a\nb"], home);
    expect(twoLines.stderr).toMatch(/group: expected one line of text/);
  });

  test("a list says what jobs wait for, and of none which were looked for", async () => {
    const [first] = json<Job[]>(await atelier([...basics, "--hold", "--json"], home)) as [Job];
    const after = ["--after", first.id, "--group", "later", "--json"];
    const [second] = json<Job[]>(await atelier([...basics, ...after], home)) as [Job];
    expect((await atelier(["list"], home)).stdout).toMatch(
      new RegExp(`${second.id} +after ${first.id.slice(0, 4)} `),
    );
    const nope = await atelier(["list", "--group", "nope", "--state", "done", "held"], home);
    expect(nope.stdout).toBe("no jobs of the group nope that are done or held\n");
    await atelier(["cancel", second.id, first.id], home);
  });

  test("a paused queue is told of where jobs are added, listed and followed", async () => {
    const words = "the queue is paused; go on with: atelier resume --queue";
    await atelier(["pause", "--queue"], home);
    const added = await atelier([...basics, "--json"], home);
    const [job] = json<Job[]>(added) as [Job];
    expect(added.stderr).toContain(words);
    expect((await atelier(["list"], home)).stdout).toContain(words);
    expect(json<Job[]>(await atelier(["list", "--json"], home)).map(({ id }) => id)).toContain(job.id);
    expect((await atelier(["up"], home)).stderr).toContain(words);
    const followers = ["watch", "wait"].map((verb) => startAtelier([verb, job.id], home));
    const outcomes = Promise.all(followers.map(ended));
    // Their first words are these.
    await Promise.all(followers.map(async ({ stderr }) => stderr && (await once(stderr, "data"))));
    await atelier(["cancel", job.id], home);
    for (const { stderr } of await outcomes) expect(stderr.split(words)).toHaveLength(2);
    await atelier(["resume", "--queue"], home);
    expect((await atelier(["list"], home)).stdout).not.toContain(words);
  });

  test("what is wrong with a job is said when it is added, and wrong usage ends with 2", async () => {
    const missing = await atelier(["add", "--content", "missing.png", "--style", pictures.style], home);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/missing\.png: there is no such file/);
    const none = await atelier(["add", "--content", join(home, "*.bmp"), "--style", pictures.style], home);
    expect(none.stderr).toMatch(/\*\.bmp: no file matches/);
    for (const args of [
      ["add"],
      ["set", "a", "style"],
      ["set", "a", "tv=1e-3", "tv=2"],
      ["pause"],
      ["branch", "@"],
      ["move", "a", "sideways"],
    ])
      expect((await atelier(args, home)).code, args.join(" ")).toBe(2);
  });

  test("survives the daemon's absence while watching", async () => {
    const [job] = json<Job[]>(await atelier([...basics.slice(0, -1), "40", "--json"], home)) as [Job];
    const watcher = startAtelier(["watch", job.id], home);
    const watching = ended(watcher);
    // Its first line: it has found the daemon that now goes away.
    if (watcher.stderr !== null) await once(watcher.stderr, "data");
    await atelier(["down"], home);
    await atelier(["up", ...ONE_THREAD, "--weights", "untrained"], home);
    const outcome = await watching;
    expect(outcome.code).toBe(0);
  });

  test("down ends the daemon", async () => {
    expect((await atelier(["down"], home)).stdout).toBe("the daemon is down\n");
    expect((await atelier(["status"], home)).code).toBe(1);
    const logs = await atelier(["logs"], home);
    expect(logs.stdout).toContain("ending: asked by a client");
    const [id = ""] = readdirSync(join(home, "data/jobs"));
    const own = await atelier(["logs", id.slice(0, 7)], home);
    expect(own.stdout).toContain(`${id} queued`);
    expect((await atelier(["logs", "nosuchjob"], home)).code).toBe(1);
  });
});
