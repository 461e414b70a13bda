import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Gpu, MEBIBYTE } from "./gpu.ts";

const MAKERS: Readonly<Record<string, Gpu["maker"]>> = {
  "0x10de": "nvidia",
  "0x1002": "amd",
  "0x8086": "intel",
};

/** Cards that can compute: ones with a render node, which plain framebuffers lack. */
export function cardsOf(sys: string): Gpu[] {
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
        ...memoryOf(device),
        loadPercent: number(device, "gpu_busy_percent"),
        celsius: millidegrees === null ? null : millidegrees / 1000,
      };
    });
}

/** AMD's processors set a little memory aside for graphics, which goes on in the system's. */
const LEAST_OF_A_CARD = 1024 * MEBIBYTE;

function memoryOf(device: string): Pick<Gpu, "memoryBytes" | "memoryUsedBytes"> {
  const [total, used] = ["total", "used"].map((what) => number(device, `mem_info_vram_${what}`));
  if (total == null || total > LEAST_OF_A_CARD)
    return { memoryBytes: total ?? null, memoryUsedBytes: used ?? null };
  const [more, moreUsed] = ["total", "used"].map((what) => number(device, `mem_info_gtt_${what}`) ?? 0);
  return { memoryBytes: total + (more ?? 0), memoryUsedBytes: (used ?? 0) + (moreUsed ?? 0) };
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
