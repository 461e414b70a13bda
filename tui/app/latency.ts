/** Milliseconds in steps that people tell apart, so that a steady link is a steady number on the screen. */
export function roundLatency(ms: number): number {
  return [5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((step) => ms <= step) ?? 5000;
}
