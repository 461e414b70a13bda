/** Which of NVIDIA's cards this process may use, as whoever started it says: numbers or UUIDs, in the order of `cuda:N`. */
export const visibleCards: readonly string[] | undefined = process.env["CUDA_VISIBLE_DEVICES"]
  ?.split(",")
  .map((name) => name.trim());

/** Makes CUDA count cards as nvidia-smi does, not the fastest first. To be called before CUDA is loaded. */
export function countCardsByBus(): void {
  process.env["CUDA_DEVICE_ORDER"] ??= "PCI_BUS_ID";
}

/** Lets libraries that are loaded after this see `cuda:index` alone, or no card. */
export function showCard(index: number | undefined): void {
  countCardsByBus();
  process.env["CUDA_VISIBLE_DEVICES"] = index === undefined ? "-1" : (visibleCards?.[index] ?? String(index));
}
