import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { FIELDS } from "../../tui/app/form/fields.ts";
import { listAll } from "../../tui/client/list-all.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** The studio before the first job. */
async function studio(): Promise<TerminalApp> {
  const home = newHome();
  await startDaemon(home);
  const app = new TerminalApp(home, { columns: 120, rows: 44 });
  // Only keys that are of use without a job.
  const text = await app.until((shown) => shown.includes("nothing yet"));
  expect(lastRow(text).trimEnd()).toBe("n new  tab pane  q quit  ? help  : all");
  return app;
}

const lastRow = (text: string) => text.split("\n").at(-1) ?? "";

describe("the form", () => {
  test("takes whatever is typed into its lines, and says what is wrong with it", async () => {
    const app = await studio();
    app.paste(`${pictures.content} ${pictures.style}`);
    await app.until((text) => text.includes("New job: ") && text.includes("share 1"));
    // A content, a style, and a line for more of each come before the first field.
    app.press("down", "down", "down", "down", "g");
    await app.until((text) => /› preset +g▏/.test(text) && text.includes('there is no preset "g"'));
    app.press("ctrl+s");
    await app.until((text) => lastRow(text).includes('there is no preset "g"'));
    app.press("a", "t", "y", "s");
    await app.until((text) => /› preset +gatys▏/.test(text) && /memory .* free/.test(text));
    for (const _ of FIELDS) app.press("down", "x", "#");
    const text = await app.until(
      (shown) => /› +Queue it/.test(shown) && shown.includes("expected a whole number from 16 to 16384"),
    );
    expect(text).toContain("size x#: ");
  });

  test("says how many jobs it makes before it makes them", async () => {
    const app = new TerminalApp(newHome(), { columns: 120, rows: 60 });
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.paste(pictures.content);
    await app.until((text) => text.includes("New job: photo.png"));
    app.paste(`${pictures.style} ${pictures.content}`);
    const three = "New job: photo.png, painting.png, photo.png";
    await app.until((text) => text.includes(three) && / Queue it +┃/.test(text));
    // A content and two styles, with each a job for each of these.
    app.press("down", "down", "right");
    const filled = await app.until((text) => /each +yes/.test(text) && / Queue 2 jobs +┃/.test(text));
    expect(filled).toContain("2 new jobs: photo.png");
  });

  test("whoever chooses pictures is still where they were after help", async () => {
    const app = await studio();
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.press("enter");
    await app.until((text) => text.includes("Contents: "));
    app.paste(`${folder}/`);
    await app.until((text) => text.includes(`Contents: ${folder}`) && text.includes("photo.png"));
    app.press("p", "h", "o");
    await app.until((text) => /\/ pho/.test(text) && !text.includes("painting.png"));
    app.press("tab");
    await app.until((text) => text.includes("1 marked"));
    app.press("ctrl+g");
    await app.until((text) => text.includes("any key goes back"));
    app.press("escape");
    const text = await app.until((shown) => shown.includes("photo.png"));
    expect(text).toContain(`Contents: ${folder}`);
    expect(text).toContain("1 marked");
    expect(text).toMatch(/\/ pho/);
    expect(text).not.toContain("painting.png");
    // What is marked is taken, and not what the cursor went on to.
    for (let i = 0; i < 3; i++) app.press("backspace");
    await app.until((shown) => shown.includes("painting.png"));
    app.press("home", "enter");
    const taken = await app.until((shown) => shown.includes("New job: "));
    expect(taken).toContain("New job: photo.png ");
  });

  test("keys that are typed ahead wait for the file browser, and for the form after it", async () => {
    const app = await studio();
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.press(`\r${pictures.content}\r`);
    await app.until((text) => text.includes("New job: photo.png"));
    // The first content chosen, the styles are next.
    app.press(`\r${pictures.style}\r`);
    const text = await app.until((shown) => shown.includes("New job: photo.png, painting.png"));
    expect(text).not.toContain("a path leads there");
    expect(text).toMatch(/style +share 1 .*painting\.png/);
  });

  test("pasted pictures go where the cursor is, the second to the styles", async () => {
    const app = await studio();
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.paste(pictures.content);
    await app.until((text) => /› style +enter chooses/.test(text));
    app.press("up");
    app.paste(pictures.style);
    await app.until((text) => text.includes("2 new jobs: photo.png, painting.png"));
    expect(app.text()).not.toContain("share 1");
  });

  test("letters mean nothing where there is no line for them, and what was filled in is not thrown away unasked", async () => {
    const app = await studio();
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.press("q", "P", ":", "?", "escape");
    await app.until((text) => text.includes("nothing yet"));
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.paste(pictures.content);
    await app.until((text) => text.includes(pictures.content));
    app.press("q", "escape");
    await app.until((text) => text.includes("throw this form away? y for yes"));
    app.paste(pictures.style);
    app.press("n");
    const kept = await app.until((text) => !text.includes("y for yes"));
    expect(kept).toContain(pictures.content);
    expect(kept).not.toContain(pictures.style);
    app.press("escape", "y");
    await app.until((text) => text.includes("nothing yet"));
  });

  test("says nothing of a form that was, and without a daemon that there is none", async () => {
    const home = newHome();
    const app = new TerminalApp(home, { columns: 120, rows: 44 });
    app.press("n");
    await app.until((text) => text.includes("which picture? choose a content"));
    app.paste(pictures.content);
    await app.until((text) => text.includes("which style?"));
    app.paste(pictures.style);
    const text = await app.until((shown) => shown.includes("no link to the daemon"));
    expect(text).not.toContain("which style?");
    const daemon = await startDaemon(home);
    await app.until((shown) => /memory .* free/.test(shown));
    // It answers no more.
    daemon.child.kill("SIGSTOP");
    app.press("up", "right");
    await app.until((shown) => shown.includes("share 1.25") && shown.includes("is being asked"));
  });

  test("names of files neither steer the terminal nor take more than their line", async () => {
    const odd = join(folder, "odd");
    mkdirSync(odd);
    writeFileSync(join(odd, "ctrl\u001B[31mred\nline.png"), "");
    const app = await studio();
    app.press("n\r");
    await app.until((text) => text.includes("a path leads there"));
    app.paste(odd);
    await app.until((text) => text.includes("red\uFFFDline.png"));
    app.press("enter");
    await app.until((text) => text.includes("New job: ctrl"));
    app.paste(pictures.style);
    await app.until((text) => text.split("\n").at(-5)?.includes("red\uFFFDline.png") === true);
    app.press("ctrl+s");
    const text = await app.until((shown) => lastRow(shown).includes("red\uFFFDline.png"));
    expect(text.split("\n").at(-2)).toMatch(/^┗━+┛$/);
    expect(app.raw).not.toContain("\u001B[31mred");
  });

  test("is thrown away by ctrl+c only when it is pressed again", async () => {
    const app = new TerminalApp(newHome(), { columns: 120, rows: 44 });
    app.press("n");
    await app.until((text) => text.includes("New job"));
    app.paste(pictures.content);
    await app.until((text) => text.includes("New job: photo.png"));
    app.press("ctrl+c");
    await app.until((text) => lastRow(text).includes("throw this form away? y for yes"));
    app.press("n");
    await app.until((text) => text.includes("New job: photo.png") && !text.includes("y for yes"));
    // What was typed ahead, while a folder was read, is no answer.
    app.press("\ry\u0003");
    await app.until((text) => lastRow(text).includes("y for yes") && text.includes(basename(pictures.style)));
    app.press("n");
    await app.until((text) => text.includes("Styles: ") && !text.includes("y for yes"));
    app.press("ctrl+c", "ctrl+c");
    expect(await app.exited).toBe(0);
  });

  test("shows the job that it made, whatever the list was filtered by; the next filter begins anew", async () => {
    const home = newHome();
    const client = await (await startDaemon(home)).connect();
    await client.request("pause", { job: null });
    await client.request("add", addParams(smallRecipe(pictures), { group: "night" }));
    const app = new TerminalApp(home, { columns: 120, rows: 44 });
    await app.until((text) => text.includes("Queue 1"));
    app.press("/night\rn");
    await app.until((text) => text.includes("New job"));
    app.paste(pictures.style);
    await app.until((text) => text.includes("New job: painting.png"));
    app.paste(pictures.content);
    await app.until((text) => text.includes("share 1"));
    app.press("ctrl+s");
    await app.until((text) => /›.* painting × photo/.test(text) && /Queue 2\b/.test(text));
    app.press("/", "night", "enter", "/");
    const text = await app.until((shown) => /\/▏/.test(shown));
    expect(text).toMatch(/Queue 2\b/);
  });

  test("sends a mask, whose colours and changes to come, and says what is wrong with these before", async () => {
    const home = newHome();
    const client = await (await startDaemon(home)).connect();
    await client.request("pause", { job: null });
    const app = new TerminalApp(home, { columns: 120, rows: 50 });
    await app.until((text) => text.includes("nothing yet"));
    app.paste(`${pictures.content} ${pictures.style}`);
    await app.until((text) => text.includes("New job: ") && text.includes("share 1"));
    const texts: Partial<Record<string, string>> = { mask: pictures.content, color: "match", at: "none" };
    app.press("down", "down", "down");
    for (const { name } of FIELDS) app.press("down", texts[name] ?? "");
    await app.until((text) => /at +none/.test(text) && /memory .* free/.test(text));
    for (const _ of FIELDS.slice(FIELDS.findIndex(({ name }) => name === "at") + 1)) app.press("up");
    const write = (before: string, now: string) => app.press(...Array.from(before, () => "backspace"), now);
    write("none", "2:no=5");
    await app.until((text) => text.includes('--at: there is no control "no" here'));
    write("no=5", "style=5, tv=1");
    await app.until((text) => /memory .* free/.test(text));
    app.press("ctrl+s");
    await app.until((text) => text.includes("is queued"));
    const [job] = await listAll(client, { states: null, group: null });
    expect(job?.recipe).toMatchObject({ color: "match", mask: { file: pictures.content } });
    expect((await client.request("show", { job: job?.id ?? "" })).timeline).toEqual([
      { iteration: 2, changes: { style: 5, tv: 1 } },
    ]);
  });

  test("takes the word that it shows for an empty line, and so empties one of a job that is changed", async () => {
    const home = newHome();
    const client = await (await startDaemon(home)).connect();
    await client.request("pause", { job: null });
    const schedule = { size: 48, stages: "single", iterations: 4, stopBelow: 5 } as const;
    const recipe = { ...smallRecipe(pictures, { schedule }), crop: "1:1" };
    const place = { group: "night", out: join(folder, "result.png") };
    const { id } = await client.request("add", addParams(recipe, place));
    const app = new TerminalApp(home, { columns: 120, rows: 50 });
    await app.until((text) => text.includes("Queue 1"));
    app.press("E", "down", "down");
    const style = await app.until((text) => /› +enter adds more/.test(text));
    expect(style).not.toContain("with each");
    const lines = [/out +\/.*result\.png/, /group +night/, /stop below +5 /, /crop +1:1/];
    for (const line of lines) expect(style).toMatch(line);
    const emptied: readonly string[] = ["out", "group", "stopBelow", "crop"];
    for (const { name } of FIELDS.filter((field) => !["each", "priority", "hold"].includes(field.name)))
      app.press("down", ...(emptied.includes(name) ? ["none"] : []));
    await app.until((text) => /crop +none/.test(text) && /memory .* free/.test(text));
    app.press("ctrl+s");
    await app.until((text) => text.includes(`${id} is changed`));
    const { job } = await client.request("show", { job: id });
    expect(job).toMatchObject({
      group: "",
      out: null,
      recipe: { crop: null, schedule: { stopBelow: null } },
    });
    app.press("E");
    const text = await app.until((shown) => shown.includes(`Change ${id}`));
    for (const label of ["out", "group", "stop below", "crop"])
      expect(text).toMatch(new RegExp(`${label} +none`));
    // A folder that is to be made, as in the command.
    app.press("down", "down");
    for (const { name } of FIELDS.filter((field) => !["each", "priority", "hold"].includes(field.name)))
      app.press("down", ...(name === "out" ? [`${home}/new/`] : []));
    app.press("ctrl+s");
    await expect
      .poll(async () => (await client.request("show", { job: id })).job.out)
      .toBe(join(home, "new/photo-painting.png"));
  });
});
