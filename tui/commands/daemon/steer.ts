import { type Command, Option } from "commander";
import {
  CONTROL_FAMILIES,
  type ComingChange,
  type Control,
  comingChange,
  controlsOf,
  presentRecipe,
} from "../../../shared/controls.ts";
import { UsageError } from "../../../shared/errors.ts";
import type { Job } from "../../../shared/jobs.ts";
import { rangeText } from "../../../shared/limits.ts";
import type { Result } from "../../../shared/requests.ts";
import { resolveAddress } from "../../client/address.ts";
import { placesFor, readOut } from "../../client/out-path.ts";
import { parseChanges } from "../../recipe/changes.ts";
import { addQueueOptions, predecessorsOf, type QueueArguments } from "../../recipe/jobs.ts";
import { describeChanges, titleOf } from "../../terminal/job-text.ts";
import { count, formatBytes, formatNumber, paintOut, print, say } from "../../terminal/print.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon } from "./command.ts";
import { momentFrom } from "./moment.ts";

const CONTROLS_HELP = `
Controls (atelier controls ID shows a job's own with their values):
${CONTROL_FAMILIES.map(({ pattern, meaning, min, max, unit }) => `  ${pattern.padEnd(16)} ${meaning} (${rangeText({ min, max })}${unit === "" ? "" : ` ${unit}`})`).join("\n")}`;

/** The commands that turn a job's knobs and go back and forth in its time. */
export function addSteerCommands(program: Command): void {
  asksDaemon<[string, string[]], object, Result<"set">>(
    program
      .command("set")
      .summary("turn the controls of a job, also while it runs")
      .description("Changes controls of a job; in effect from the next iteration on.")
      .addArgument(jobArgument())
      .argument("<control=value...>", "such as style=2 style.conv4_1=0.5 tv=1e-3")
      .addHelpText("after", CONTROLS_HELP),
    (_options, job, assignments) => {
      const changes = parseChanges(assignments);
      return async (daemon) => await daemon.request("set", { job, changes });
    },
    ({ job, iteration }) => print(`${paintOut("bold", job.id)} changed after iteration ${iteration}`),
  );

  asksDaemon<[string], object, (Control & { coming: ComingChange | null })[]>(
    program
      .command("controls")
      .summary("the controls of a job and their values")
      .description(
        "Shows the controls of a job with their present values, and what its timeline makes of them.",
      )
      .addArgument(jobArgument()),
    (_options, id) => async (daemon) => {
      const { job, timeline } = await daemon.request("show", { job: id });
      return controlsOf(presentRecipe(job, timeline)).map((control) => ({
        ...control,
        coming: comingChange(job, timeline, control.name) ?? null,
      }));
    },
    (controls) => {
      for (const { name, value, unit, meaning, coming } of controls) {
        const then =
          coming === null
            ? ""
            : `  becomes ${formatNumber(coming.value)} after iteration ${coming.iteration}`;
        print(
          `${name.padEnd(18)} ${formatNumber(value).padStart(9)} ${unit.padEnd(7)} ${paintOut("dim", meaning)}${paintOut("yellow", then)}`,
        );
      }
    },
  );

  let before: Result<"show"> | undefined;
  asksDaemon<[string], object, Job>(
    program
      .command("undo")
      .summary("take back the last change of a job's controls")
      .description(
        "Goes back to the checkpoint before the last change of controls; changes of the same controls that follow each other at once count as one.",
      )
      .addArgument(jobArgument()),
    (_options, job) => async (daemon) => {
      before = await daemon.request("show", { job });
      return await daemon.request("undo", { job: before.job.id });
    },
    ({ id, progress }) => {
      const at = progress?.iteration ?? 0;
      const lost = (before?.job.progress?.iteration ?? 0) - at;
      const undone = [
        describeChanges(before?.lastChange?.changes ?? {}),
        ...(lost > 0 ? [`the ${count(lost, "iteration")} since`] : []),
      ];
      print(`${paintOut("bold", id)} is back at iteration ${at}, without ${undone.join(" and ")}`);
    },
  );

  asksDaemon<[string], object, Result<"show">>(
    program
      .command("checkpoints")
      .summary("the moments of a job that can be gone back to")
      .description("Lists the moments of a job that can be gone back to or branched from, and its changes.")
      .addArgument(jobArgument()),
    (_options, job) => async (daemon) => await daemon.request("show", { job }),
    ({ job, checkpoints, timeline }) => {
      if (checkpoints.length === 0) print(`${job.id} has no checkpoint yet`);
      const moments = [
        { iteration: 0, text: "the start; a branch from here does all of it anew" },
        ...checkpoints.map(({ iteration, loss, bytes }) => ({
          iteration,
          text: `loss ${formatNumber(loss).padStart(9)}  ${paintOut("dim", formatBytes(bytes))}`,
        })),
        ...timeline.map(({ iteration, changes }) => ({
          iteration,
          text: paintOut("yellow", describeChanges(changes)),
        })),
      ].toSorted((a, b) => a.iteration - b.iteration);
      // A branch from where its job had been gone back to has that said twice.
      for (const line of new Set(
        moments.map(({ iteration, text }) => `${String(iteration).padStart(7)}  ${text}`),
      ))
        print(line);
    },
  );

  const branch = program
    .command("branch")
    .summary("start a new job from a moment of another")
    .description(
      "Starts a new job from a checkpoint of another, with other controls if you like. It has that job's label and priority unless others are given.",
    )
    .argument(
      "<job[@iteration]>",
      "such as 3f9 or 3f9@120; without an iteration, the newest checkpoint (with changes, the newest before the end)",
    )
    .argument("[control=value...]", "such as style=2; before --after, which takes several jobs")
    .addOption(
      new Option(
        "--out <path>",
        "where the picture also goes: a .png, or a folder, with a / at its end if it is new",
      ),
    );
  asksDaemon<[string, string[]], QueueArguments, Job>(
    addQueueOptions(branch),
    async (options, from, assignments) => {
      const moment = momentFrom(from);
      const changes = parseChanges(assignments);
      const out = await readOut(resolveAddress(options), options.out);
      const { group, priority, hold } = options;
      const after = predecessorsOf(options);
      const control = after?.find((text) => text.includes("="));
      if (control !== undefined)
        throw new UsageError(
          `--after takes all that follows it for jobs; put ${control} before it, as in: atelier branch ${from} ${control} --after JOB`,
        );
      return async (daemon) => {
        const { job } = await daemon.request("show", { job: moment.job });
        const placeOf = await placesFor(daemon, out);
        return await daemon.request("branch", {
          ...moment,
          changes,
          out: placeOf(job.recipe),
          ...(group !== undefined && { group }),
          ...(priority !== undefined && { priority }),
          ...(after !== undefined && { after }),
          ...(hold && { held: true }),
        });
      };
    },
    ({ id, recipe, branchedFrom }, { hold }) => {
      print(
        `${paintOut("bold", id)} branched from ${branchedFrom?.job} at iteration ${branchedFrom?.iteration}  ${titleOf(recipe)}`,
      );
      if (hold) say(`start it with: atelier resume ${id}`);
    },
  );
}
