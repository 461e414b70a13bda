import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { type Gpu, MEBIBYTE } from "./gpu.ts";

/** Programs of drivers may hang with the driver; and one that wakes several cards takes seconds for each. */
const PATIENCE_MS = 30_000;

const FIELDS = [
  "index",
  "uuid",
  "name",
  "driver_version",
  "memory.total",
  "memory.used",
  "utilization.gpu",
  "temperature.gpu",
] as const;

/** A number, or null for `[N/A]`, `[Not Supported]` and whatever else is none. */
const looseNumber = z.string().transform((text) => {
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : value;
});
const nvidiaRow = z.tuple([
  z.string().regex(/^\d+$/).transform(Number),
  z.string(),
  z.string().min(1),
  z.string(),
  looseNumber,
  looseNumber,
  looseNumber,
  looseNumber,
]);

const processRow = z.tuple([z.string().regex(/^\d+$/).transform(Number), looseNumber]);

/**
 * Bytes that a process holds on NVIDIA's cards; undefined where nvidia-smi does not tell, as in a container, where
 * processes have other numbers.
 */
export async function heldOnNvidia(pid: number, program = "nvidia-smi"): Promise<number | undefined> {
  const rows = await rowsOf(program, "--query-compute-apps=pid,used_memory");
  const own = rows.flatMap((fields) => {
    const row = processRow.safeParse(fields);
    return row.success && row.data[0] === pid && row.data[1] !== null ? [row.data[1] * MEBIBYTE] : [];
  });
  return own.length === 0 ? undefined : own.reduce((a, b) => a + b, 0);
}

async function rowsOf(program: string, query: string): Promise<string[][]> {
  const lines = await linesOf(program, [query, "--format=csv,noheader,nounits"]);
  return lines.map((line) => line.split(",").map((field) => field.trim()));
}

async function linesOf(program: string, options: readonly string[]): Promise<string[]> {
  try {
    const asked = promisify(execFile)(program, [...options], { timeout: PATIENCE_MS, killSignal: "SIGKILL" });
    // One that waits in the driver cannot even be killed.
    const { stdout } = await Promise.race([asked, setTimeout(PATIENCE_MS, { stdout: "" }, { ref: false })]);
    return stdout.split("\n");
  } catch {
    // No such program, or one without a working driver: there is nothing to compute on either way.
    return [];
  }
}

/** NVIDIA's cards, or the parts that they are cut into; none where nvidia-smi does not answer. */
export async function askNvidia(program: string, visible: readonly string[] | undefined): Promise<Gpu[]> {
  const rows = await rowsOf(program, `--query-gpu=${FIELDS.join(",")}`);
  const slices = visible?.some((name) => name.startsWith("MIG-")) ? await slicesOf(program) : [];
  return rows.flatMap((fields): Gpu[] => {
    const row = nvidiaRow.safeParse(fields);
    if (!row.success) return [];
    const [index, uuid, name, driver, total, used, loadPercent, celsius] = row.data;
    const card: Gpu = {
      name,
      maker: "nvidia",
      cudaIndex: visible === undefined ? index : positionIn(visible, index, uuid),
      driver,
      memoryBytes: total === null ? null : total * MEBIBYTE,
      memoryUsedBytes: used === null ? null : used * MEBIBYTE,
      loadPercent,
      celsius,
    };
    const own = slices.filter((slice) => slice.card === index);
    return own.length === 0 ? [card] : own.map((slice) => sliceOf(card, slice, visible ?? []));
  });
}

/** A part of a card that is one of its own to CUDA (MIG). */
interface Slice {
  readonly card: number;
  /** Such as `2g.20gb`: sevenths of the card's processors, and memory. */
  readonly profile: string;
  readonly uuid: string;
}

/** The parts that cards are cut into, as `nvidia-smi -L` lists them below each. */
async function slicesOf(program: string): Promise<Slice[]> {
  let card = -1;
  return (await linesOf(program, ["-L"])).flatMap((line) => {
    const index = /^GPU (\d+):/.exec(line)?.[1];
    if (index !== undefined) card = Number(index);
    const [, profile, uuid] = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    return profile === undefined || uuid === undefined ? [] : [{ card, profile, uuid }];
  });
}

/** What is told of a part; its load and how much of it is used are told of the whole card only. */
function sliceOf(card: Gpu, { profile, uuid }: Slice, visible: readonly string[]): Gpu {
  const gigabytes = /\.(\d+)gb/.exec(profile)?.[1];
  const at = visible.findIndex((name) => name.startsWith("MIG-") && uuid.startsWith(name));
  return {
    ...card,
    name: `${card.name}, MIG ${profile}`,
    cudaIndex: at < 0 ? null : at,
    memoryBytes: gigabytes === undefined ? null : Number(gigabytes) * 1024 * MEBIBYTE,
    memoryUsedBytes: null,
    loadPercent: null,
  };
}

/** CUDA numbers the cards that are listed, each by its number or the beginning of its UUID. */
function positionIn(visible: readonly string[], index: number, uuid: string): number | null {
  const at = visible.findIndex(
    (name) => name === String(index) || (/^GPU-./.test(name) && uuid.startsWith(name)),
  );
  return at < 0 ? null : at;
}
