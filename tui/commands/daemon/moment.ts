import { UsageError } from "../../../shared/errors.ts";

/** A job at one of its checkpoints, or wherever it is; written `3f9@120` or `3f9`. */
export interface Moment {
  readonly job: string;
  readonly iteration: number | null;
}

export function momentFrom(text: string): Moment {
  const [, job, at] = /^([^@]+)(?:@(\d+))?$/.exec(text) ?? [];
  if (job === undefined) throw new UsageError(`"${text}": expected ID or ID@ITERATION`);
  return { job, iteration: at === undefined ? null : Number(at) };
}
