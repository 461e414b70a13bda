import { uniformAt } from "../../daemon/random.ts";
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { type Params, REQUESTS, type RequestName } from "../../shared/requests.ts";
import { smallRecipe } from "../support/recipes.ts";

/** Something that no proper client sends. */
export interface Malformed {
  readonly kind: string;
  /** Sent in place of the hello. */
  readonly isFirst: boolean;
  /** A text frame, a binary frame, or bytes on the wire that are no frame. */
  readonly as: "text" | "binary" | "wire";
  readonly data: string | Buffer;
}

/** Random numbers of one frame: the same seed and number, the same frame. */
class Dice {
  readonly #seed: number;
  readonly #stream: number;
  #index = 0;

  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** 0 ≤ result < sides. */
  roll(sides: number): number {
    return Math.floor(sides * uniformAt(this.#seed, this.#stream, this.#index++));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.roll(list.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.roll(256)));
  }
}

const UNKNOWN_JOB = "zzzzzzzz";
const RECIPE = smallRecipe({ content: "/nowhere/photo.png", style: "/nowhere/painting.png" });

/** Proper params of every request, to be spoilt. `job` is one that waits. */
function samples(job: string, dice: Dice): { [N in RequestName]: Params<N> } {
  const picture = { job, of: "made", style: 0, iteration: null, format: "png", width: 40 } as const;
  return {
    status: {},
    add: { recipe: RECIPE, timeline: [], out: null, group: "", priority: 0, after: [job], held: true },
    estimate: { recipe: RECIPE },
    have: { sha256: ["0".repeat(64)] },
    upload: { sha256: String(dice.roll(4)).repeat(64), total: 10, offset: 0, data: "AAAA" },
    list: { states: null, group: null, skip: 0, limit: 5 },
    show: { job },
    losses: { job, points: 10 },
    pause: { job: UNKNOWN_JOB },
    resume: { job: UNKNOWN_JOB },
    cancel: { job: UNKNOWN_JOB },
    retry: { job: UNKNOWN_JOB },
    remove: { job: UNKNOWN_JOB },
    move: { job, to: "top" },
    prioritise: { job, priority: 1 },
    edit: { job, recipe: RECIPE, timeline: null },
    set: { job: UNKNOWN_JOB, changes: { style: 2 } },
    undo: { job },
    branch: { job: UNKNOWN_JOB, iteration: null, changes: {}, out: null },
    watch: { job, format: "png", width: 40, perSecond: 1 },
    picture,
    read: { job, iteration: null, offset: 0 },
    log: { job: null, offset: Number.MAX_SAFE_INTEGER },
    prune: { days: 1, jobs: false, remove: false },
    shutdown: {},
  };
}

/** Spoilt by any other chance these could still start work or end the daemon. */
const ALWAYS_SPOILT: ReadonlySet<RequestName> = new Set(["shutdown", "resume", "branch", "retry"]);

const JUNK: readonly ((dice: Dice) => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER,
  () => 5e-324,
  () => "",
  () => "\0",
  () => "\ud800",
  () => "__proto__",
  () => "../../../etc/passwd",
  () => "x".repeat(5000),
  (dice) => dice.bytes(20).toString("latin1"),
  () => [],
  () => Array(1000).fill(0),
  () => ({}),
  // oxlint-disable-next-line unicorn/no-thenable -- what awaiting code would stumble over
  () => ({ then: 1, toString: 2 }),
  () => JSON.parse('{"__proto__":{"job":"x"},"constructor":1}') as unknown,
  (dice) => [[[dice.roll(9)]], { a: { b: [null] } }],
];

/** A copy with one thing wrong, anywhere inside. */
function spoil(value: unknown, dice: Dice): unknown {
  if (typeof value !== "object" || value === null || dice.roll(4) === 0) return dice.pick(JUNK)(dice);
  const entries = Object.entries(value);
  const at = dice.roll(entries.length + 1);
  const [name, inner] = entries[at] ?? [dice.pick(["extra", "__proto__", "", "then", "job"]), undefined];
  const others = entries.filter((_, i) => i !== at);
  if (entries[at] !== undefined && dice.roll(3) === 0) return Object.fromEntries(others);
  const spoilt = [...others, [name, spoil(inner, dice)]] as [string, unknown][];
  return Array.isArray(value) ? spoilt.map(([, one]) => one) : Object.fromEntries(spoilt);
}

function nested(dice: Dice): string {
  const depth = dice.pick([10, 1000, 100_000]);
  const [open, close] = dice.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"id":1,"request":"status","params":', "}"],
  ]);
  const isWhole = dice.roll(4) > 0;
  return `${open.repeat(depth)}0${isWhole ? close.repeat(depth) : ""}`.slice(0, MAX_FRAME_BYTES);
}

/** Bytes that break the rules of WebSocket framing; each breaks them at once, so none is waited on for more. */
function offWire(dice: Dice): Buffer {
  const mask = [1, 2, 3, 4];
  return Buffer.from([
    ...dice.pick([
      [0x80 | dice.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), 0x80, ...mask],
      [0x81 | (dice.pick([1, 2, 4]) << 4), 0x80, ...mask],
      // Not masked.
      [0x81, 2, 0x7b, 0x7d],
      // A ping in pieces, and one that is too long.
      [0x09, 0x80, ...mask],
      [0x89, 0xfe, 1, 0, ...mask],
      // The continuation of nothing.
      [0x80, 0x80, ...mask],
      // A close with half a code, and with one that must not be sent.
      [0x88, 0x81, ...mask, 3],
      [0x88, 0x82, 0, 0, 0, 0, 3, dice.pick([0xed, 0xee, 0xf7])],
      // Longer than can be counted, and than is allowed.
      [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mask],
      [0x81, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, ...mask],
    ]),
    ...dice.bytes(dice.roll(50)),
  ]);
}

/** Frame `number` of a seed; `job` is one that waits. */
export function malformed(seed: number, number: number, job: string): Malformed {
  const dice = new Dice(seed, number);
  const name = dice.pick(Object.keys(REQUESTS) as RequestName[]);
  const params = samples(job, dice)[name];
  const request = { id: number, request: name, params };
  const text = (kind: string, data: unknown, isFirst = false): Malformed => ({
    kind,
    isFirst,
    as: "text",
    data: typeof data === "string" || Buffer.isBuffer(data) ? data : (JSON.stringify(data) ?? "undefined"),
  });
  const chance = dice.roll(1000);
  if (chance < 2) return text("oversize", Buffer.alloc(MAX_FRAME_BYTES + 1 + dice.roll(1000), 0x20));
  if (chance < 22) return text("nested", nested(dice));
  if (chance < 52) return text("bytes", dice.bytes(dice.roll(500)));
  if (chance < 82) {
    const whole = JSON.stringify(request);
    return text("half a frame", whole.slice(0, 1 + dice.roll(whole.length - 1)));
  }
  if (chance < 102) return { kind: "binary", isFirst: false, as: "binary", data: dice.bytes(dice.roll(99)) };
  if (chance < 132) return { kind: "wire", isFirst: false, as: "wire", data: offWire(dice) };
  if (chance < 162)
    return text(
      "no hello",
      dice.pick([request, null, { ...(spoil({ hello: 1, resume: null }, dice) as object), beside: 1 }]),
      true,
    );
  if (chance < 182)
    return text("version", { hello: PROTOCOL_VERSION + dice.pick([-1, 1, 1e6]), resume: null }, true);
  if (chance < 262) return text("shape", spoil({}, dice));
  if (chance < 282) return text("hello again", { hello: PROTOCOL_VERSION, resume: null });
  if (chance < 500)
    return text("frame", { ...(spoil({ key: "k".repeat(8), ...request }, dice) as object), beside: 1 });
  const spoilt = spoil(params, dice);
  const isSafe = !ALWAYS_SPOILT.has(name) || typeof spoilt !== "object" || spoilt === null;
  return text("params", { ...request, params: isSafe ? spoilt : { ...spoilt, beside: 1 } });
}
