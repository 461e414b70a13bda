import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { visibleCards } from "../engine/cuda-cards.ts";

/** A graphics card as the system tells of it; what it does not tell is null. */
export interface Gpu {
  readonly name: string;
  readonly maker: "nvidia" | "amd" | "intel" | "other";
  /** The number that CUDA knows it by in this process; null for cards that it does not see. */
  readonly cudaIndex: number | null;
  readonly driver: string | null;
  readonly memoryBytes: number | null;
  readonly memoryUsedBytes: number | null;
  /** 0 to 100. */
  readonly loadPercent: number | null;
  readonly celsius: number | null;
}

export interface GpuSources {
  /** What `CUDA_VISIBLE_DEVICES` lists, where it is set. */
  readonly visible?: readonly string[] | undefined;
  /** The program that tells of NVIDIA's cards. */
  readonly nvidiaSmi?: string;
  /** Where the kernel tells of cards. */
  readonly sys?: string;
}

/** Programs of drivers may hang with the driver; and one that wakes several cards takes seconds for each. */
const PATIENCE_MS = 30_000;

/** All cards, NVIDIA's by nvidia-smi and others by the kernel; neither needs to be there. */
export async function listGpus({
  nvidiaSmi = "nvidia-smi",
  sys = "/sys",
  visible = visibleCards,
}: GpuSources = {}): Promise<Gpu[]> {
  const nvidia = await askNvidia(nvidiaSmi, visible);
  const others = cardsOf(sys).filter(({ maker }) => maker !== "nvidia" || nvidia.length === 0);
  return [...nvidia, ...others];
}

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

const MEBIBYTE = 1 << 20;

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
  try {
    const options = [query, "--format=csv,noheader,nounits"];
    const asked = promisify(execFile)(program, options, { timeout: PATIENCE_MS, killSignal: "SIGKILL" });
    // One that waits in the driver cannot even be killed.
    const { stdout } = await Promise.race([asked, setTimeout(PATIENCE_MS, { stdout: "" }, { ref: false })]);
    return stdout.split("\n").map((line) => line.split(",").map((field) => field.trim()));
  } catch {
    // No such program, or one without a working driver: there is nothing to compute on either way.
    return [];
  }
}

async function askNvidia(program: string, visible: readonly string[] | undefined): Promise<Gpu[]> {
  const rows = await rowsOf(program, `--query-gpu=${FIELDS.join(",")}`);
  return rows.flatMap((fields): Gpu[] => {
    const row = nvidiaRow.safeParse(fields);
    if (!row.success) return [];
    const [index, uuid, name, driver, total, used, loadPercent, celsius] = row.data;
    return [
      {
        name,
        maker: "nvidia",
        cudaIndex: visible === undefined ? index : positionIn(visible, index, uuid),
        driver,
        memoryBytes: total === null ? null : total * MEBIBYTE,
        memoryUsedBytes: used === null ? null : used * MEBIBYTE,
        loadPercent,
        celsius,
      },
    ];
  });
}

/** CUDA numbers the cards that are listed, each by its number or the beginning of its UUID. */
function positionIn(visible: readonly string[], index: number, uuid: string): number | null {
  const at = visible.findIndex(
    (name) => name === String(index) || (/^GPU-./.test(name) && uuid.startsWith(name)),
  );
  return at < 0 ? null : at;
}

const MAKERS: Readonly<Record<string, Gpu["maker"]>> = {
  "0x10de": "nvidia",
  "0x1002": "amd",
  "0x8086": "intel",
};

/** Cards that can compute: ones with a render node, which plain framebuffers lack. */
function cardsOf(sys: string): Gpu[] {
  const folder = join(sys, "class/drm");
  return namesIn(folder)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => join(folder, name, "device"))
    .filter((device) => namesIn(join(device, "drm")).some((name) => name.startsWith("renderD")))
    .map((device) => {
      const vendor = read(device, "vendor") ?? "";
      const maker = MAKERS[vendor] ?? "other";
      const driver = /^DRIVER=(.+)$/m.exec(read(device, "uevent") ?? "")?.[1] ?? null;
      const hwmon = namesIn(join(device, "hwmon"))[0];
      const millidegrees = hwmon === undefined ? null : number(device, "hwmon", hwmon, "temp1_input");
      const ids = [vendor, read(device, "device") ?? ""].map((id) => id.replace(/^0x/, "")).join(":");
      return {
        name: read(device, "product_name") || `${maker === "other" ? "GPU" : `${LABELS[maker]} GPU`} ${ids}`,
        maker,
        cudaIndex: null,
        driver,
        memoryBytes: number(device, "mem_info_vram_total"),
        memoryUsedBytes: number(device, "mem_info_vram_used"),
        loadPercent: number(device, "gpu_busy_percent"),
        celsius: millidegrees === null ? null : millidegrees / 1000,
      };
    });
}

const LABELS = { nvidia: "NVIDIA", amd: "AMD", intel: "Intel" } as const;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function read(...path: string[]): string | undefined {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    // The kernel leaves out what a driver does not know, and some drivers answer with an error.
    return undefined;
  }
}

function number(...path: string[]): number | null {
  const parsed = z.coerce.number().safeParse(read(...path) ?? "none");
  return parsed.success ? parsed.data : null;
}
