import type { Command } from "commander";
import { Option } from "commander";
import { UsageError } from "../../../shared/errors.ts";
import type { Job } from "../../../shared/jobs.ts";
import { outPath } from "../../client/out-path.ts";
import { reachableRecipe } from "../../client/reachable-recipe.ts";
import { predecessorsOf } from "../../recipe/jobs.ts";
import { addRecipeOptions, changedBy, type RecipeArguments, recipeFrom } from "../../recipe/options.ts";
import { collectStyle, groupName, type StyleArgument } from "../../recipe/parsers.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

interface EditArguments extends RecipeArguments {
  content?: string;
  style?: StyleArgument[];
  out?: string;
  group?: string;
  after?: string[];
}

export function addEditCommand(program: Command): void {
  const command = program
    .command("edit")
    .summary("change the recipe of a job that has not started")
    .description("Changes the recipe of a job that waits in the queue and has not started.")
    .argument("<job>", "id, or a unique beginning of one")
    .addOption(new Option("--content <file>", "another picture whose content is kept"))
    .addOption(
      new Option("--style <file[:weight]>", "other styles; repeat to blend several").argParser(collectStyle),
    )
    .addOption(
      new Option("--out <file>", "another place that the picture also goes to, a .png; none: nowhere"),
    )
    .addOption(new Option("--group <name>", "another label; none: no label").argParser(groupName))
    .addOption(
      new Option("--after <jobs...>", "start when these other jobs are done; none: wait for no job"),
    );
  asksDaemon<[string], EditArguments, Job>(
    addRecipeOptions(command),
    async (daemon, options, id) => {
      if (!asksForChange(options)) throw new UsageError("name what is to change; see: atelier edit --help");
      const after = predecessorsOf(options);
      const { job } = await daemon.request("show", { job: id });
      const { recipe, timeline } =
        options.recipe === undefined && options.preset === undefined
          ? { recipe: changedBy(options, job.recipe), timeline: null }
          : await recipeFrom({
              ...options,
              content: options.content ?? job.recipe.content.file,
              style: options.style ?? job.recipe.styles,
            });
      // The pictures that stay are known by their hash, wherever their files are by now.
      const kept = {
        ...(options.content === undefined && { content: job.recipe.content }),
        ...(options.style === undefined && { styles: job.recipe.styles }),
      };
      const isWhole = options.recipe !== undefined;
      return await daemon.request("edit", {
        job: job.id,
        recipe: await reachableRecipe(daemon, isWhole ? recipe : { ...recipe, ...kept }),
        timeline: isWhole && timeline !== null ? [...timeline] : null,
        ...(options.out !== undefined && { out: outPath(daemon, options.out) }),
        ...(options.group !== undefined && { group: options.group }),
        ...(after !== undefined && { after }),
      });
    },
    ({ id, recipe, plan }) =>
      print(`${paintOut("bold", id)} is now  ${titleOf(recipe)}  ${plan.width}×${plan.height}`),
  );
}

/** Options about how the daemon is reached and answers, and one that others alone give a meaning. */
const ASIDE: ReadonlySet<string> = new Set(["connect", "tokenFile", "ca", "json", "timeline"]);

function asksForChange(options: EditArguments): boolean {
  return Object.keys(options).some((name) => !ASIDE.has(name));
}
