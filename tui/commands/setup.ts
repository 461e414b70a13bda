import type { Command } from "commander";
import { addSetupCuda, addSetupSwiftShader } from "./setup/devices.ts";
import { addSetupTensorflow } from "./setup/tensorflow.ts";

/** What can be set up, one module each. */
const PARTS = [addSetupTensorflow, addSetupCuda, addSetupSwiftShader] as const;

export function addSetupCommand(program: Command): void {
  const setup = program
    .command("setup")
    .summary("what other engines need: bring it, or take it away")
    .description("Brings what other engines need, into Atelier's own folder; each can be undone.");
  for (const add of PARTS) add(setup);
}
