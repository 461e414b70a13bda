import type { Command } from "commander";
import { count, printJson, say } from "../terminal/print.ts";
import { describeMachine } from "../terminal/run-display.ts";
import { jsonOption } from "./options.ts";

export function addRecipeCommand(program: Command): void {
  program
    .command("recipe")
    .summary("the recipe that a picture was made with, as JSON")
    .description("Prints the recipe that a picture was made with, as JSON.")
    .argument("<file>", "a picture written by atelier, or a recipe file")
    .addOption(jsonOption())
    .action(async (file: string) => {
      const { loadRecipe } = await import("../../daemon/foreground.ts");
      const { recipe, timeline, made } = await loadRecipe(file);
      if (made !== undefined) {
        say(describeMachine(made));
        say(`made in ${count(made.iterations, "iteration")}`);
      }
      printJson(timeline.length === 0 ? recipe : { recipe, timeline });
    });
}
