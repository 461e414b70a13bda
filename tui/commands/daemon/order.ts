import { Argument, type Command } from "commander";
import type { Job } from "../../../shared/jobs.ts";
import { LIMITS, rangeText } from "../../../shared/limits.ts";
import { MOVES, type Move } from "../../../shared/requests.ts";
import { wholeNumber } from "../../recipe/parsers.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon } from "./command.ts";

/** The commands that change what runs when. */
export function addOrderCommands(program: Command): void {
  asksDaemon<[string, Move], object, Job>(
    program
      .command("move")
      .summary("give a job another place in the queue")
      .description("Moves a job within the queue, among those of its priority.")
      .addArgument(jobArgument())
      .addArgument(new Argument("<to>", "where to").choices(MOVES)),
    (_options, job, to) => async (daemon) => await daemon.request("move", { job, to }),
    ({ id }) => print(`${paintOut("bold", id)} moved; see: atelier list`),
  );

  asksDaemon<[string, number], object, Job>(
    program
      .command("priority")
      .summary("let a job go before others, or after them")
      .description("Sets the priority of a job: higher runs first, and interrupts lower.")
      .addArgument(jobArgument())
      .argument("<n>", `a whole number from ${rangeText(LIMITS.priority)}`, wholeNumber(LIMITS.priority)),
    (_options, job, priority) => async (daemon) => await daemon.request("prioritise", { job, priority }),
    ({ id, priority }) => print(`${paintOut("bold", id)} has priority ${priority}`),
  );
}
