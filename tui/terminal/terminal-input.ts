import { PassThrough } from "node:stream";
import { readNow } from "./synchronous.ts";

const [ESCAPE, BELL] = ["\u001B", "\u0007"];
/** DA1, a cell's size, DSR, kitty's graphics, name and version, the background, which some end with a bell. */
const ANSWER = new RegExp(
  `${ESCAPE}(?:\\[\\?[\\d;]*c|\\[6;\\d+;\\d+t|\\[0n|(?:_G|P>\\||\\]11;)\\P{Cc}*\\p{Cc}\\\\|\\]11;\\P{Cc}*${BELL})`,
  "gu",
);
/** The beginning of an answer, or of what the mouse did, whose rest is on its way; no key begins like this. */
const BEGUN = new RegExp(
  `${ESCAPE}(?:\\[\\?[\\d;]*|\\[6;[\\d;]*|\\[<[\\d;]*|(?:_G|P>|\\]11;)\\P{Cc}*\\p{Cc}?)$`,
  "u",
);
/** These may begin one as well, or be keys; an answer may also come late, when nobody waits for it any more. */
const PERHAPS_BEGUN = new RegExp(`${ESCAPE}(?:\\[[06]?|_|P|\\]1{0,2})?$`);
/** Answers, and the rest of one that has begun, are on their way for no longer. */
const SETTLE_MS = 250;

/** What may begin a key or what the mouse did, or be a key itself. */
const UNDECIDED = new RegExp(`${ESCAPE}\\[?$`);
/** Escape where it begins nothing, and what stands for it alone: kitty's form of it. */
const LONE_ESCAPE = new RegExp(`${ESCAPE}(?![O[])`, "g");
const ESCAPE_KEY = "\u001B[27u";
/** What the mouse did, and the key without a name that has it as its text, in kitty's form. */
const MOUSE = new RegExp(`${ESCAPE}(\\[<[\\d;]+[Mm])`, "g");
const keyWithText = (text: string) => `${ESCAPE}[0;1;${Buffer.from(text).join(":")}u`;
/** The rest of what is undecided follows within so long. */
const UNDECIDED_MS = 20;

interface Question {
  readonly last: RegExp;
  readonly answers: string[];
  readonly done: (answers: readonly string[]) => void;
}

/**
 * What the person types, without what the terminal answers: keys can be read here at any time, also those that
 * came before anybody read. It has of a terminal's stdin what Ink uses.
 *
 * Escape is handed on in a form that is complete: of Escape and another key soon after it, Ink drops the one or
 * the other. So is what the mouse did: Ink drops all that is no key.
 */
export class TerminalInput extends PassThrough {
  readonly isTTY = true;
  readonly #source: typeof process.stdin;
  #held = "";
  #heldSince = 0;
  #undecided: NodeJS.Timeout | undefined;
  #questions: Question[] = [];

  constructor(source: typeof process.stdin) {
    super();
    this.#source = source;
    source.on("data", this.#take);
  }

  /**
   * Asks the terminal by `send`, and resolves with all answers up to the one that matches `last`, or after
   * `timeoutMs` with what has come until then.
   */
  async ask(send: () => void, last: RegExp, timeoutMs: number): Promise<readonly string[]> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(question), timeoutMs);
      const question: Question = {
        last,
        answers: [],
        done: (answers) => {
          clearTimeout(timer);
          resolve(answers);
        },
      };
      this.#questions.push(question);
      send();
    });
  }

  /**
   * Waits a moment for answers that are still on their way, at once and without the event loop: whoever reads
   * from the terminal next must not get them.
   */
  settle(): void {
    readNow(this.#source.fd, this.#take, () => this.#questions.length === 0, SETTLE_MS);
  }

  /**
   * Raw it is for as long as the screen is taken, whatever Ink wants: what the terminal answers after Ink has let go
   * would wait for the end of a line, and reach the shell.
   */
  setRawMode(): this {
    return this;
  }

  ref(): this {
    this.#source.ref();
    return this;
  }

  unref(): this {
    this.#source.unref();
    return this;
  }

  /** Reads no more, so that the process may end. */
  close(): void {
    clearTimeout(this.#undecided);
    this.#source.off("data", this.#take);
    this.#source.pause();
    this.#source.unref();
  }

  readonly #take = (chunk: Buffer | string): void => {
    // Bytes, whatever they encode: a character may be cut in two.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const wasHeld = this.#held !== "";
    const text = this.#held + bytes.toString("latin1");
    // It is in the text now: were it handed on with an answer as well, a key would count twice.
    this.#held = "";
    for (const answer of text.match(ANSWER) ?? []) {
      const [question] = this.#questions;
      question?.answers.push(answer);
      if (question?.last.test(answer)) this.#settle(question);
    }
    const rest = text.replace(ANSWER, "");
    const begun = BEGUN.exec(rest) ?? PERHAPS_BEGUN.exec(rest);
    const isHeldOn = wasHeld && rest === text && begun?.index === 0;
    if (!isHeldOn) this.#heldSince = performance.now();
    this.#held = begun?.[0] ?? "";
    this.#pass(begun === null ? rest : rest.slice(0, begun.index));
    this.#decideSoon();
  };

  #settle(question: Question): void {
    this.#questions = this.#questions.filter((one) => one !== question);
    this.#decideSoon();
    question.done(question.answers);
  }

  /** What nothing follows is a key; but an answer that does not end is none, and may not hold back what is typed. */
  #decideSoon(): void {
    clearTimeout(this.#undecided);
    if (this.#questions.length > 0 || this.#held === "") return;
    const patience = UNDECIDED.test(this.#held) ? UNDECIDED_MS : SETTLE_MS;
    const left = this.#heldSince + patience - performance.now();
    this.#undecided = setTimeout(
      () => {
        const held = this.#held;
        this.#held = "";
        if (!BEGUN.test(held)) this.#pass(held);
      },
      Math.max(0, left),
    );
  }

  #pass(text: string): void {
    const keys = text
      .replace(LONE_ESCAPE, ESCAPE_KEY)
      .replace(MOUSE, (_, report: string) => keyWithText(report));
    if (keys !== "") this.write(Buffer.from(keys, "latin1"));
  }
}
