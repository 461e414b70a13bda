import type { Command } from "commander";
import { printJson } from "../terminal/print.ts";
import { jsonOption } from "./options.ts";

export function addRecipeCommand(program: Command): void {
  program
    .command("recipe")
    .description("Prints the recipe that a picture was made with, as JSON.")
    .argument("<file>", "a picture written by atelier, or a recipe file")
    .addOption(jsonOption())
    .action(async (file: string) => {
      const { loadRecipe } = await import("../../daemon/foreground.ts");
      const { recipe, timeline } = await loadRecipe(file);
      printJson(timeline.length === 0 ? recipe : { recipe, timeline });
    });
}
