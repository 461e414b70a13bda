/** `0 to 1e12`: bounds as people write them. */
export function rangeText(least: number, most: number): string {
  return [least, most].map(boundText).join(" to ");
}

function boundText(value: number): string {
  return value >= 1e6 ? value.toExponential().replace("e+", "e") : String(value);
}
