import type { JobStateName } from "../../shared/jobs.ts";

/** Colours by what they mean. Ink leaves them out where NO_COLOR is set. */
export const THEME = {
  accent: "cyan",
  dim: "gray",
  warning: "yellow",
  error: "red",
  good: "green",
  pending: "magenta",
  states: {
    queued: "white",
    running: "cyan",
    paused: "yellow",
    done: "green",
    failed: "red",
    cancelled: "gray",
  } satisfies Record<JobStateName, string>,
} as const;

export const STATE_SIGNS = {
  queued: "·",
  running: "▶",
  paused: "‖",
  done: "✓",
  failed: "✗",
  cancelled: "–",
} as const satisfies Record<JobStateName, string>;
