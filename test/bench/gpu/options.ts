import { parseArgs } from "node:util";
import { messageOf } from "../../../shared/errors.ts";

export const SIZES = [512, 1024, 2048];

const USAGE = `Checks the GPUs of this machine and prints tables for docs/benchmarks.md.

  --device NAME   checks this one alone, as atelier doctor names it (onnx/cuda:0)
  --json FILE     writes the figures as well
  --python PATH   a Python with torch, to compare with (default: python3)
  --sizes LIST    sides of the pictures to be timed (default: ${SIZES.join()} and the largest that fits)
  --soak SECONDS  how long a job is steered and killed on the fastest device (default: 600)
`;

export interface Options {
  readonly device: string | undefined;
  readonly json: string | undefined;
  readonly python: string;
  readonly sizes: readonly number[] | undefined;
  readonly soak: number | undefined;
}

/** What the command line says; ends the process where it asks for help, or says what there is not. */
export function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        device: { type: "string" },
        json: { type: "string" },
        python: { type: "string", default: "python3" },
        sizes: { type: "string" },
        soak: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      process.exit();
    }
    return {
      device: values.device,
      json: values.json,
      python: values.python,
      sizes: values.sizes?.split(",").map((size) => numberOf("sizes", size)),
      soak: values.soak === undefined ? undefined : numberOf("soak", values.soak),
    };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}; see --help\n`);
    process.exit(2);
  }
}

function numberOf(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${option} takes whole numbers, not "${text}"`);
  return Number(text);
}
