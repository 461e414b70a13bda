import { visibleCards } from "../engine/cuda-cards.ts";
import type { Gpu } from "./gpu.ts";
import { cardsOf } from "./kernel-cards.ts";
import { askNvidia } from "./nvidia-smi.ts";

export interface GpuSources {
  /** What `CUDA_VISIBLE_DEVICES` lists, where it is set. */
  readonly visible?: readonly string[] | undefined;
  /** The program that tells of NVIDIA's cards. */
  readonly nvidiaSmi?: string;
  /** Where the kernel tells of cards. */
  readonly sys?: string;
}

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
