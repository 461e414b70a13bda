import { secondsLeft } from "../../shared/estimate.ts";
import type { Job } from "../../shared/jobs.ts";
import { plainText } from "../../shared/plain-text.ts";
import { earlyEndOf, percentOf, reasonOf, stateText } from "./job-text.ts";
import { formatDuration, formatInstant, formatNumber } from "./print.ts";

export type FactName = keyof ReturnType<typeof factsOf>;

/** What there is to say of a job, by what it is about: a line or several, or none. */
export function factsOf(job: Job) {
  const { recipe, plan, progress, status, branchedFrom } = job;
  const loss = progress === null ? [] : [["", progress.loss] as const, ...Object.entries(progress.terms)];
  return {
    state: [plainText([stateText(job), ...[earlyEndOf(job), reasonOf(job)].filter(Boolean)].join(": "))],
    progress: [progressText(job)].filter(Boolean),
    loss: loss.map(([term, value]) => `${term} ${formatNumber(value)}`.trim()),
    content: [plainText(recipe.content.file)],
    style: recipe.styles.map(({ file, weight }) => `${plainText(file)}${weight === 1 ? "" : ` × ${weight}`}`),
    mask: recipe.mask === undefined ? [] : [plainText(recipe.mask.file)],
    method: [
      [
        plainText(recipe.preset),
        recipe.optimizer.kind,
        ...(recipe.color === undefined ? [] : [`color ${recipe.color}`]),
        `seed ${recipe.seed}`,
      ].join(", "),
    ],
    size: [`${plan.width}×${plan.height}`],
    stages: [plan.stages.map(({ size, iterations }) => `${size}px×${iterations}`).join(" → ")],
    "goes to": job.out === null ? [] : [plainText(job.out)],
    picture: status.state === "done" ? [plainText(status.picture)] : [],
    group: job.group === "" ? [] : [job.group],
    priority: job.priority === 0 ? [] : [String(job.priority)],
    after: job.after.length === 0 ? [] : [job.after.join(", ")],
    branched:
      branchedFrom === null ? [] : [`from ${branchedFrom.job} at iteration ${branchedFrom.iteration}`],
    added: [formatInstant(job.created)],
    running: status.state === "running" ? [`since ${formatInstant(status.since)}`] : [],
    paused: status.state === "paused" ? [`since ${formatInstant(status.since)}`] : [],
    ended: "at" in status ? [formatInstant(status.at)] : [],
  } satisfies Record<string, readonly string[]>;
}

/** How far it is and how long it took for that. */
function progressText(job: Job): string {
  const { progress, plan, status } = job;
  if (progress === null) return "";
  const left = status.state === "running" ? secondsLeft(job, undefined) : undefined;
  return [
    percentOf(job),
    ...(plan.stages.length > 1 ? [`stage ${progress.stage + 1} of ${plan.stages.length}`] : []),
    `iteration ${progress.iteration}`,
    `${formatDuration(progress.seconds)} of work`,
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ].join(", ");
}
