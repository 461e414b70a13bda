import { PassThrough } from "node:stream";
import { readNow } from "./synchronous.ts";

/** DA1, a cell's size, DSR, kitty's graphics, name and version. */
const ANSWER = /\p{Cc}(?:\[\?[\d;]*c|\[6;\d+;\d+t|\[0n|_G\P{Cc}*\p{Cc}\\|P>\|\P{Cc}*\p{Cc}\\)/gu;
/** The beginning of an answer, or of what the mouse did, whose rest is on its way; no key begins like this. */
const BEGUN = /\p{Cc}(?:\[\?[\d;]*|\[6;[\d;]*|\[<[\d;]*|_G\P{Cc}*\p{Cc}?|P>\P{Cc}*\p{Cc}?)$/u;
/** While an answer is awaited, these may begin one as well. */
const PERHAPS_BEGUN = /\p{Cc}(?:\[[06]?|_|P)?$/u;

const SETTLE_MS = 250;

const ESCAPE = "\u001B";
/** Escape where it begins nothing, and what stands for it alone: kitty's form of it. */
const LONE_ESCAPE = new RegExp(`${ESCAPE}(?![O[]|$)`, "g");
const ESCAPE_KEY = "\u001B[27u";
/** What the mouse did, and the key without a name that has it as its text, in kitty's form. */
const MOUSE = new RegExp(`${ESCAPE}(\\[<[\\d;]+[Mm])`, "g");
const keyWithText = (text: string) => `${ESCAPE}[0;1;${Buffer.from(text).join(":")}u`;
/** The rest of what an escape begins follows within so long. */
const LONE_MS = 20;

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
  #escape: NodeJS.Timeout | undefined;
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
    clearTimeout(this.#escape);
    this.#source.off("data", this.#take);
    this.#source.pause();
    this.#source.unref();
  }

  readonly #take = (chunk: Buffer | string): void => {
    // Bytes, whatever they encode: a character may be cut in two.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const text = this.#held + bytes.toString("latin1");
    // It is in the text now: were it handed on with an answer as well, a key would count twice.
    this.#held = "";
    for (const answer of text.match(ANSWER) ?? []) {
      const [question] = this.#questions;
      question?.answers.push(answer);
      if (question?.last.test(answer)) this.#settle(question);
    }
    const rest = text.replace(ANSWER, "");
    const begun = BEGUN.exec(rest) ?? (this.#questions.length > 0 ? PERHAPS_BEGUN.exec(rest) : null);
    this.#held = begun?.[0] ?? "";
    this.#pass(begun === null ? rest : rest.slice(0, begun.index));
  };

  #settle(question: Question): void {
    this.#questions = this.#questions.filter((one) => one !== question);
    if (this.#questions.length === 0 && PERHAPS_BEGUN.test(this.#held)) {
      this.#pass(this.#held);
      this.#held = "";
    }
    question.done(question.answers);
  }

  #pass(text: string): void {
    const isPending = this.#escape !== undefined;
    clearTimeout(this.#escape);
    this.#escape = undefined;
    const keys = (isPending ? ESCAPE + text : text)
      .replace(LONE_ESCAPE, ESCAPE_KEY)
      .replace(MOUSE, (_, report: string) => keyWithText(report));
    const isLast = keys.endsWith(ESCAPE);
    const whole = isLast ? keys.slice(0, -1) : keys;
    if (whole !== "") this.write(Buffer.from(whole, "latin1"));
    if (isLast)
      this.#escape = setTimeout(() => {
        this.#escape = undefined;
        this.write(ESCAPE_KEY);
      }, LONE_MS);
  }
}
