import type { Command } from "commander";
import { addSetupTensorflow } from "./setup/tensorflow.ts";

/** What can be set up, one module each. */
const PARTS = [addSetupTensorflow] as const;

export function addSetupCommand(program: Command): void {
  const setup = program
    .command("setup")
    .description("Brings what other engines need, into Atelier's own folder; each can be undone.");
  for (const add of PARTS) add(setup);
}
