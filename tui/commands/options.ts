import { Argument, type Command, InvalidArgumentError, Option, type OptionValues } from "commander";
import {
  DEVICE_SYNTAX,
  type DeviceWish,
  ENGINE_IDS,
  type EngineId,
  parseDevice,
} from "../../shared/devices.ts";
import { groupName, NONE } from "../recipe/parsers.ts";

/** Options that several commands share, with one wording each. */
export const jsonOption = (prints = "one JSON document") => new Option("--json", `print ${prints} on stdout`);

/** For commands that go on telling. */
export const jsonLinesOption = () => jsonOption("a JSON document per line");
export const weightsOption = () =>
  new Option(
    "--weights <file>",
    "VGG16 filters: an .h5 or .safetensors file, or: untrained (default: the stored file)",
  );
export const engineOption = () =>
  new Option("--engine <id>", "which library computes (default: the fastest)").choices(ENGINE_IDS);
export const deviceOption = () =>
  new Option("--device <id>", `where: ${DEVICE_SYNTAX}; see: atelier doctor`).default("auto");

/** What `engineOption` and `deviceOption` are parsed to. */
export interface DeviceArguments {
  engine?: EngineId;
  device: string;
}

/** What those two together ask for. */
export function wishOf({ engine, device }: DeviceArguments): DeviceWish {
  return parseDevice(device, engine);
}

/** An id that is empty comes of a variable that is not set, and names no job. */
function jobId(text: string): string {
  if (text === "") throw new InvalidArgumentError("expected the id of a job; see: atelier list.");
  return text;
}

export const jobArgument = (name: "<job>" | "[job]" = "<job>") =>
  new Argument(name, "id, or a unique beginning of one").argParser(jobId);

/** Several jobs, or what none means. */
export const jobsArgument = (none = "") =>
  new Argument("[jobs...]", `ids, or unique beginnings of ids${none}`).argParser(
    (text, before: string[] | undefined) => [...(before ?? []), jobId(text)],
  );

/** Which jobs are meant, by their label. */
export const groupOption = (which: string) =>
  new Option("--group <name>", `${which}; ${NONE}: of those without a label`).argParser(groupName);

/** How to reach the daemon. */
export interface DaemonArguments {
  connect?: string;
  tokenFile?: string;
  ca?: string;
  json?: boolean;
}

/** The options of every command that the daemon answers. */
export function addDaemonOptions(command: Command): Command {
  return addAddressOptions(command).addOption(jsonOption());
}

/** The options of every command that talks to the daemon. */
export function addAddressOptions(command: Command): Command {
  return command
    .optionsGroup("Daemon:")
    .addOption(
      new Option(
        "--connect <address>",
        "a daemon elsewhere: HOST:PORT or wss://HOST:PORT (default: the one here)",
      ).env("ATELIER_CONNECT"),
    )
    .addOption(new Option("--token-file <file>", "the token of a daemon elsewhere").env("ATELIER_TOKEN_FILE"))
    .addOption(new Option("--ca <file>", "certificates (PEM) to trust besides the system's"));
}

/**
 * Demands options, all at once. Commander's own way names the first one that is missing, before it looks whether
 * another is misspelt.
 */
export function demandOptions<O extends OptionValues>(
  command: Command,
  demanded: (options: O) => readonly string[],
): Command {
  return command.hook("preAction", () => {
    const options = command.opts<O>();
    const names = demanded(options);
    const missing = command.options
      .filter(({ long }) => names.includes(long ?? ""))
      .filter((option) => options[option.attributeName()] === undefined);
    if (missing.length === 0) return;
    const flags = missing.map((option) => `'${option.flags}'`).join(", ");
    command.error(`error: required ${missing.length === 1 ? "option" : "options"} ${flags} not specified`);
  });
}
