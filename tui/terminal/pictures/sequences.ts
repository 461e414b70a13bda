import type { Area } from "./area.ts";

/** To a cell, counted from 0. */
export function moveTo(left: number, top: number): string {
  return `\u001B[${top + 1};${left + 1}H`;
}

/** Spaces over an area, but for a place in it that is drawn over anyway. */
export function blank(area: Area, except?: Area): string {
  let text = "\u001B[0m";
  for (let y = area.top; y < area.top + area.rows; y++) {
    const isCrossed = except !== undefined && y >= except.top && y < except.top + except.rows;
    if (!isCrossed) text += moveTo(area.left, y) + " ".repeat(area.columns);
    else {
      const right = except.left + except.columns;
      if (except.left > area.left) text += moveTo(area.left, y) + " ".repeat(except.left - area.left);
      const rest = area.left + area.columns - right;
      if (rest > 0) text += moveTo(right, y) + " ".repeat(rest);
    }
  }
  return text;
}

/**
 * Drawn at once, with the cursor left where it was: the text's own updates count on that. Colours are what
 * they were by default.
 */
export function inPlace(text: string): string {
  return `\u001B[?2026h\u001B7${text}\u001B[0m\u001B8\u001B[?2026l`;
}
