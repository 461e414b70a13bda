import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  DEVICE_SYNTAX,
  type DeviceWish,
  ENGINE_IDS,
  type EngineId,
  parseDevice,
} from "../../shared/devices.ts";
import { rangeText } from "../../shared/range-text.ts";

/** Options that several commands share, with one wording each. */
export const jsonOption = () => new Option("--json", "print one JSON document on stdout");
export const weightsOption = () =>
  new Option(
    "--weights <file>",
    "VGG16 filters: an .h5 or .safetensors file, or: untrained (default: the stored file)",
  );
export const engineOption = () =>
  new Option("--engine <id>", "which library computes (default: the fastest)").choices(ENGINE_IDS);
export const deviceOption = () =>
  new Option("--device <id>", `where: ${DEVICE_SYNTAX}; see: atelier doctor`).default("auto");
export const seedOption = () =>
  new Option("--seed <n>", "seed of the noise and of an untrained network").argParser(
    wholeNumber(0, 2 ** 32 - 1),
  );

/** What `engineOption` and `deviceOption` are parsed to. */
export interface DeviceArguments {
  engine?: EngineId;
  device: string;
}

/** What those two together ask for. */
export function wishOf({ engine, device }: DeviceArguments): DeviceWish {
  return parseDevice(device, engine);
}

/** How to reach the daemon. */
export interface DaemonArguments {
  connect?: string;
  tokenFile?: string;
  ca?: string;
  json?: boolean;
}

/** The options of every command that talks to the daemon. */
export function addDaemonOptions(command: Command): Command {
  return command
    .optionsGroup("Daemon:")
    .addOption(
      new Option(
        "--connect <address>",
        "a daemon elsewhere: HOST:PORT or wss://HOST:PORT (default: the one here)",
      ).env("ATELIER_CONNECT"),
    )
    .addOption(new Option("--token-file <file>", "the token of a daemon elsewhere").env("ATELIER_TOKEN_FILE"))
    .addOption(new Option("--ca <file>", "certificates (PEM) to trust besides the system's"))
    .addOption(jsonOption());
}

/** A parser of whole numbers in a range, for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** A parser of numbers in a range, for commander. */
export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most))
      throw new InvalidArgumentError(`expected a number from ${rangeText(least, most)}.`);
    return value;
  };
}

export interface StyleArgument {
  readonly file: string;
  readonly weight: number;
}

/** Collects `FILE` and `FILE:WEIGHT`. A colon that is not followed by a number belongs to the name. */
export function collectStyle(text: string, before: readonly StyleArgument[] = []): StyleArgument[] {
  const match = /^(.+):(\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.exec(text);
  const [file, weight] = match ? [match[1] as string, Number(match[2])] : [text, 1];
  const [, named, after] = /^(.+):(.*)$/.exec(text) ?? [];
  if (match === null && named !== undefined && !existsSync(text) && existsSync(named))
    throw new InvalidArgumentError(`"${after}" is no weight; expected FILE:WEIGHT, such as ${named}:0.5.`);
  if (!(weight > 0)) throw new InvalidArgumentError(`a style's weight must be above 0.`);
  return [...before, { file, weight }];
}
