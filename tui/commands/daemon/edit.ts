import type { Command } from "commander";
import { Option } from "commander";
import { UsageError } from "../../../shared/errors.ts";
import type { Job } from "../../../shared/jobs.ts";
import { resolveAddress } from "../../client/address.ts";
import { placesFor, readOut } from "../../client/out-path.ts";
import { reachableRecipe } from "../../client/reachable-recipe.ts";
import { predecessorsOf } from "../../recipe/jobs.ts";
import {
  addRecipeOptions,
  baseFrom,
  changedBy,
  type RecipeArguments,
  refuseSenseless,
  withComing,
} from "../../recipe/options.ts";
import { collectStyle, groupName, type StyleArgument } from "../../recipe/parsers.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon, noteLateChanges } from "./command.ts";

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
    .addArgument(jobArgument())
    .addOption(new Option("--content <file>", "another picture whose content is kept"))
    .addOption(
      new Option("--style <file[:weight]>", "other styles; repeat to blend several").argParser(collectStyle),
    )
    .addOption(
      new Option(
        "--out <path>",
        "another place that the picture also goes to: a .png, or a folder, with a / at its end if it is new; none: nowhere",
      ),
    )
    .addOption(new Option("--group <name>", "another label; none: no label").argParser(groupName))
    .addOption(
      new Option("--after <jobs...>", "start when these other jobs are done; none: wait for no job"),
    );
  asksDaemon<[string], EditArguments, Job>(
    addRecipeOptions(command),
    async (options, id) => {
      if (!asksForChange(options)) throw new UsageError("name what is to change; see: atelier edit --help");
      refuseSenseless(options);
      const { group, preset, recipe: file } = options;
      const given = preset === undefined && file === undefined ? undefined : await baseFrom(options);
      const isEmptied = options.timeline === false;
      const isTimelineNew = isEmptied || file !== undefined || options.at !== undefined;
      const out = await readOut(resolveAddress(options), options.out);
      const after = predecessorsOf(options);
      return async (daemon) => {
        const { job, timeline } = await daemon.request("show", { job: id });
        const before = isEmptied ? [] : file === undefined ? timeline : (given?.timeline ?? []);
        // The pictures that stay are known by their hash, wherever their files are by now.
        const { content, styles } = job.recipe;
        const recipe = changedBy(options, { ...(given?.base ?? job.recipe), content, styles });
        const placeOf = await placesFor(daemon, out, job.id);
        const coming = withComing(options, recipe, before);
        const edited = await daemon.request("edit", {
          job: job.id,
          recipe: await reachableRecipe(daemon, recipe),
          timeline: isTimelineNew ? coming : null,
          ...(options.out !== undefined && { out: placeOf(recipe) }),
          ...(group !== undefined && { group }),
          ...(after !== undefined && { after }),
        });
        noteLateChanges(coming, [edited]);
        return edited;
      };
    },
    ({ id, recipe, plan }) =>
      print(`${paintOut("bold", id)} is now  ${titleOf(recipe)}  ${plan.width}×${plan.height}`),
  );
}

/** Options about how the daemon is reached and answers. */
const ASIDE: ReadonlySet<string> = new Set(["connect", "tokenFile", "ca", "json"]);

function asksForChange(options: EditArguments): boolean {
  // The timeline stays unless it is said that it does not.
  return Object.entries(options).some(([name, value]) =>
    name === "timeline" ? value === false : !ASIDE.has(name),
  );
}
