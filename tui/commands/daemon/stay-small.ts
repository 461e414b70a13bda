import { setFlagsFromString } from "node:v8";

/**
 * For a program that is open all night beside others: garbage is collected early instead of letting the heap
 * grow, which saves about 90 MB. To be called before what it concerns is loaded.
 */
export function staySmall(): void {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
  // A key must not wait for threads that busier processes have taken the core from.
  setFlagsFromString("--no-parallel-scavenge");
}
