import type { Command } from "commander";
import { controlsOf, recipeToShow } from "../../../shared/controls.ts";
import { secondsLeft } from "../../../shared/estimate.ts";
import { plainText } from "../../../shared/plain-text.ts";
import type { Result } from "../../../shared/requests.ts";
import { earlyEndOf, percentOf, reasonOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { formatDuration, formatNumber, paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

export function addShowCommand(program: Command): void {
  asksDaemon<[string], object, Result<"show">>(
    program
      .command("show")
      .summary("all about a job")
      .description("Shows a job: its state, recipe, losses and controls.")
      .argument("<job>", "id, or a unique beginning of one"),
    async (daemon, _options, job) => await daemon.request("show", { job }),
    ({ job, timeline, checkpoints }) => {
      const row = (name: string, text: string) =>
        print(`${paintOut("dim", name.padEnd(11))} ${plainText(text)}`);
      const { recipe, plan, progress } = job;
      const left = progress === null ? undefined : secondsLeft(job, undefined);
      print(`${paintOut("bold", job.id)}  ${titleOf(recipe)}`);
      row("state", [stateText(job), ...[earlyEndOf(job), reasonOf(job)].filter(Boolean)].join(": "));
      if (progress !== null) {
        const eta =
          job.status.state === "running" && left !== undefined ? `, ${formatDuration(left)} left` : "";
        row(
          "progress",
          `${percentOf(job)}, iteration ${progress.iteration}, ${formatDuration(progress.seconds)} of work${eta}`,
        );
        row("loss", formatNumber(progress.loss));
        for (const [term, value] of Object.entries(progress.terms)) row("", `${term} ${formatNumber(value)}`);
      }
      row("content", recipe.content.file);
      for (const { file, weight } of recipe.styles)
        row("style", `${file}${weight === 1 ? "" : ` × ${weight}`}`);
      row("method", `${recipe.preset}, ${recipe.optimizer.kind}, seed ${recipe.seed}`);
      row(
        "size",
        `${plan.width}×${plan.height}, ${plan.stages.map((s) => `${s.size}px×${s.iterations}`).join(" → ")}`,
      );
      if (job.out !== null) row("goes to", job.out);
      if (job.status.state === "done") row("picture", job.status.picture);
      if (job.group !== "") row("group", job.group);
      if (job.priority !== 0) row("priority", String(job.priority));
      if (job.after.length > 0) row("after", job.after.join(", "));
      if (job.branchedFrom !== null)
        row("branched", `from ${job.branchedFrom.job} at iteration ${job.branchedFrom.iteration}`);
      const made = timeline.filter(({ changes }) => Object.keys(changes).length > 0);
      row("checkpoints", `${checkpoints.length}, changes ${made.length}; see: atelier checkpoints ${job.id}`);
      const present = recipeToShow(recipe, timeline);
      row(
        "controls",
        controlsOf(present)
          .map(({ name, value }) => `${name}=${formatNumber(value)}`)
          .join(" "),
      );
    },
  );
}
