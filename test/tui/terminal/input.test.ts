import { PassThrough } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { TerminalInput } from "../../../tui/terminal/terminal-input.ts";

const ANSWER = /\[0n$/;
/** Escape as it is handed on. */
const ESCAPE = "\u001B[27u";

test("a key that comes while an answer is awaited counts once, and no answer is taken for a key", async () => {
  const terminal = new PassThrough();
  const input = new TerminalInput(terminal as unknown as typeof process.stdin);
  let typed = "";
  input.on("data", (data: Buffer) => (typed += data.toString()));
  const answered = input.ask(() => {}, ANSWER, 10_000);
  for (const text of ["\u001B", "\u001B[0", "n", "x"]) {
    terminal.write(text);
    await setTimeout(5);
  }
  expect(await answered).toEqual(["\u001B[0n"]);
  await setTimeout(5);
  expect(typed).toBe(`${ESCAPE}x`);
});

test("a key that may begin an answer is handed on when none comes", async () => {
  const terminal = new PassThrough();
  const input = new TerminalInput(terminal as unknown as typeof process.stdin);
  let typed = "";
  input.on("data", (data: Buffer) => (typed += data.toString()));
  const answered = input.ask(() => {}, ANSWER, 50);
  terminal.write("\u001B");
  expect(await answered).toEqual([]);
  await vi.waitFor(() => expect(typed).toBe(ESCAPE));
});

test("escape is not lost when another key follows at once", async () => {
  const terminal = new PassThrough();
  const input = new TerminalInput(terminal as unknown as typeof process.stdin);
  let typed = "";
  input.on("data", (data: Buffer) => (typed += data.toString()));
  terminal.write("\u001B?\u001B\u001B[A\u001B\r");
  terminal.write("\u001B");
  await setTimeout(2);
  terminal.write(":");
  terminal.write("\u001B");
  await setTimeout(2);
  terminal.write("[B");
  terminal.write("\u001B");
  await vi.waitFor(() =>
    expect(typed).toBe(`${ESCAPE}?${ESCAPE}\u001B[A${ESCAPE}\r${ESCAPE}:\u001B[B${ESCAPE}`),
  );
});

test("what the mouse did comes as the text of a key, in its place among the keys, also in pieces", async () => {
  const terminal = new PassThrough();
  const input = new TerminalInput(terminal as unknown as typeof process.stdin);
  let typed = "";
  input.on("data", (data: Buffer) => (typed += data.toString()));
  const keyOf = (text: string) => `\u001B[0;1;${Buffer.from(text).join(":")}u`;
  const text = "a\u001B[<0;5;6Mb\u001B[<64;1;22m\u001B[3~c";
  for (let cut = 1; cut < text.length; cut++) {
    typed = "";
    for (const piece of [text.slice(0, cut), ...text.slice(cut).split("")]) {
      terminal.write(piece);
      await setImmediate();
    }
    await vi.waitFor(() => expect(typed).toBe(`a${keyOf("[<0;5;6M")}b${keyOf("[<64;1;22m")}\u001B[3~c`));
  }
});

test("an answer that comes late and in pieces is taken for no key, and one that never ends holds none back", async () => {
  const terminal = new PassThrough();
  const input = new TerminalInput(terminal as unknown as typeof process.stdin);
  let typed = "";
  input.on("data", (data: Buffer) => (typed += data.toString()));
  const answer = "\u001B]11;rgb:ffff/bbbb/ffff\u001B\\";
  for (let cut = 2; cut < answer.length; cut++)
    for (const piece of [answer.slice(0, cut), answer.slice(cut), "x"]) {
      terminal.write(piece);
      await setImmediate();
    }
  await vi.waitFor(() => expect(typed).toBe("x".repeat(answer.length - 2)));

  typed = "";
  for (const piece of ["\u001B]11;rgb:bbbb", "/", "b", "b"]) {
    terminal.write(piece);
    await setTimeout(100);
  }
  terminal.write("x");
  await vi.waitFor(() => expect(typed).toMatch(/^[/b]*x$/));
  // What a key may begin like is one in the end.
  terminal.write("\u001B]1");
  await vi.waitFor(() => expect(typed.endsWith(`x${ESCAPE}]1`)).toBe(true));
});
