import { access } from "node:fs/promises";
import { useEffect, useState } from "react";
import { fileProblem, messageOf, UserError } from "../../../shared/errors.ts";
import { speedFrom, workOf } from "../../../shared/estimate.ts";
import type { PictureReference } from "../../../shared/recipe.ts";
import type { Result } from "../../../shared/requests.ts";
import { needLink } from "../../client/need-link.ts";
import { kindOfOut } from "../../client/out-path.ts";
import { reachableRecipe } from "../../client/reachable-recipe.ts";
import { NONE } from "../../recipe/parsers.ts";
import { formatBytes, formatDuration } from "../../terminal/print.ts";
import { type Draft, type Shell, useShell } from "../shell.ts";
import { type FormState, jobsOf, queueArgumentsOf } from "./state.ts";

/** Letters come faster than the daemon should be asked. */
const WAIT_MS = 250;

/** What the jobs would take, or what is missing or wrong. */
export type Estimate =
  | { readonly state: "asking" }
  | { readonly state: "wrong"; readonly text: string }
  | { readonly state: "known"; readonly lines: readonly string[]; readonly isTooLarge: boolean };

const ASKING: Estimate = { state: "asking" };

/** Asks the daemon what the form's jobs would take, a moment after the last change, and anew once the link is back. */
export function useEstimate(form: FormState, draft: Draft): Estimate {
  const shell = useShell();
  const { contents, styles, texts } = form;
  const key = JSON.stringify({ contents, styles, texts, link: shell.state.link.state });
  // What was found out for another form says nothing about this one.
  const [known, setKnown] = useState({ key, estimate: ASKING });
  useEffect(() => {
    let isCurrent = true;
    const ask = async (): Promise<Estimate> => {
      // The daemon is asked about the first job, and about none while something is missing.
      await refuseMissing([...contents, ...styles]);
      const jobs = jobsOf(form, draft);
      const { out } = queueArgumentsOf(form);
      if (out !== undefined && out !== NONE) await kindOfOut(out, jobs.length);
      const [first] = jobs;
      if (first === undefined) return ASKING;
      needLink(shell.mirror.daemon);
      const recipe = await reachableRecipe(shell.mirror.daemon, first.recipe);
      const answer = await shell.mirror.daemon.request("estimate", { recipe });
      return { state: "known", ...wordsFor(answer, jobs.length, shell) };
    };
    const timer = setTimeout(() => {
      ask().then(
        (estimate) => isCurrent && setKnown({ key, estimate }),
        (error: unknown) =>
          isCurrent && setKnown({ key, estimate: { state: "wrong", text: messageOf(error) } }),
      );
    }, WAIT_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);
  return known.key === key ? known.estimate : ASKING;
}

/** Throws a UserError for a picture that is not there. One with a hash is known to the daemon. */
async function refuseMissing(pictures: readonly PictureReference[]): Promise<void> {
  for (const { file, sha256 } of pictures)
    if (sha256 === undefined)
      await access(file).catch((error: unknown) => {
        throw new UserError(`${file}: ${fileProblem(error)}`);
      });
}

function wordsFor(
  { plan, bytes, freeBytes, largestSize }: Result<"estimate">,
  count: number,
  { mirror }: Shell,
): { lines: string[]; isTooLarge: boolean } {
  const speed = speedFrom(mirror.snapshot().jobs.toReversed());
  const seconds = speed === undefined ? undefined : speed * workOf(plan);
  const stages = plan.stages.map(({ size, iterations }) => `${size}:${iterations}`).join(" ");
  const isTooLarge = largestSize < Math.max(plan.width, plan.height);
  return {
    isTooLarge,
    lines: [
      `${plan.width}×${plan.height}, stages ${stages}`,
      seconds === undefined
        ? "time: known once a job has run"
        : `about ${formatDuration(seconds)}${count > 1 ? ` each, ${formatDuration(seconds * count)} for ${count} jobs` : ""}`,
      `memory ${formatBytes(bytes)} of ${formatBytes(freeBytes)} free${isTooLarge && largestSize > 0 ? `; size ${largestSize} would fit` : ""}`,
    ],
  };
}
