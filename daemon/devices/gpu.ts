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

export const MEBIBYTE = 1 << 20;
