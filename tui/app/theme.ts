import type { JobStateName } from "../../shared/jobs.ts";
import { STATE_COLOURS } from "../terminal/job-text.ts";

/** Colours by what they mean. Ink leaves them out where NO_COLOR is set. */
export const THEME = {
  accent: "cyan",
  dim: "gray",
  warning: "yellow",
  error: "red",
  good: "green",
  pending: "magenta",
  states: STATE_COLOURS,
} as const;

export const STATE_SIGNS = {
  queued: "·",
  running: "▶",
  paused: "‖",
  done: "✓",
  failed: "✗",
  cancelled: "–",
} as const satisfies Record<JobStateName, string>;
