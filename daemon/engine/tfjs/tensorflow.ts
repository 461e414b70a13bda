import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type * as tfjs from "@tensorflow/tfjs-core";
import { messageOf, UserError } from "../../../shared/errors.ts";
import { threadsOf } from "../cpu.ts";
import { bindingFile, memoryFile, quietFile, readInstallation } from "./installation.ts";

/** The npm package with the binding's sources and the backend that speaks to it. */
export const PACKAGE = "@tensorflow/tfjs-node-gpu";

/** Values of a TensorFlow operation's attributes; `type` names the attribute that holds the element type. */
export type Attributes = Readonly<Record<string, string | boolean | number | readonly number[]>>;

/** TensorFlow as it is loaded into this process. */
export interface Tensorflow {
  readonly tf: typeof tfjs;
  /** TensorFlow's own version. */
  readonly version: string;
  readonly isGpu: boolean;
  /** Threads that an operation may use on the CPU. */
  readonly threads: number;
  /** Gives the memory of results that were freed back to the system; until then it is kept for the next. */
  readonly releaseMemory: () => void;
  /** Runs an operation on float32 tensors that tfjs has no name for; `inputs` that are lists become int32 tensors. */
  readonly execute: (
    operation: string,
    attributes: Attributes,
    inputs: readonly (tfjs.Tensor | number[])[],
  ) => tfjs.Tensor;
}

/** The part of tfjs-node's binding and backend that is used here. */
interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
}
interface Memory {
  release(): void;
}
interface Backend extends tfjs.KernelBackend {
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: object[], inputs: readonly tfjs.Tensor[]): tfjs.Tensor;
}

let loading: { readonly threads: number; readonly tensorflow: Promise<Tensorflow> } | undefined;

/**
 * Loads TensorFlow, once per process: it reads its settings, the number of threads too, only then. Throws a
 * UserError that says what is missing and how to get it.
 */
export async function loadTensorflow(threads?: number): Promise<Tensorflow> {
  const wanted = threadsOf(threads ?? loading?.threads);
  loading ??= { threads: wanted, tensorflow: load(wanted) };
  if (loading.threads !== wanted)
    throw new UserError(
      `TensorFlow computes on ${loading.threads} threads in this process and cannot change to ${wanted}`,
    );
  try {
    return await loading.tensorflow;
  } catch (error) {
    // What is missing may be there the next time.
    loading = undefined;
    throw error;
  }
}

async function load(threads: number): Promise<Tensorflow> {
  if (readInstallation() === undefined)
    throw new UserError("TensorFlow is not set up on this machine; run: atelier setup tensorflow");
  // What it greets with is shown to whoever has asked for it.
  const isQuiet = process.env["TF_CPP_MIN_LOG_LEVEL"] === undefined;
  setEnvironment(threads);
  const require = createRequire(packageFile());
  // The first is gone from Node since version 23, the second warns; the package still calls both.
  Object.assign(require("node:util"), {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  const { binding, memory } = loadNative(require, isQuiet);
  const tf: typeof tfjs = require("@tensorflow/tfjs");
  for (const name of KERNELS)
    for (const exported of Object.values(require(`./dist/kernels/${name}.js`)))
      if (isKernel(exported)) tf.registerKernel(exported);
  const { NodeJSKernelBackend } = require("./dist/nodejs_kernel_backend.js");
  tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, PACKAGE), 3);
  if (!(await tf.setBackend("tensorflow"))) throw new UserError("TensorFlow finds no device to compute on");
  const backend = tf.backend() as Backend;
  return {
    tf,
    threads,
    version: binding.TF_Version,
    isGpu: backend.isUsingGpuDevice,
    releaseMemory: () => memory?.release(),
    execute: (operation, attributes, inputs) =>
      tf.tidy(() =>
        backend.executeSingleOutput(
          operation,
          [
            { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
            ...Object.entries(attributes).map(([name, value]) => ({
              name,
              type: binding[ATTRIBUTE_TYPES[typeof value as keyof typeof ATTRIBUTE_TYPES]],
              value,
            })),
          ],
          inputs.map((input) => (Array.isArray(input) ? tf.tensor1d(input, "int32") : input)),
        ),
      ),
  };
}

/** Loads the binding, which opens TensorFlow's devices, and before it what gives TensorFlow its memory. */
function loadNative(
  require: NodeJS.Require,
  isQuiet: boolean,
): { binding: Binding; memory: Memory | undefined } {
  try {
    const quiet: { mute(): void; unmute(): void } = require(quietFile());
    if (isQuiet) quiet.mute();
    try {
      const memory: Memory | undefined = existsSync(memoryFile()) ? require(memoryFile()) : undefined;
      return { memory, binding: require(bindingFile()) };
    } finally {
      quiet.unmute();
    }
  } catch (error) {
    throw new UserError(
      `TensorFlow cannot be loaded (${messageOf(error)}); run again: atelier setup tensorflow`,
    );
  }
}

/**
 * The operations of tfjs that are used, by the names of their modules. The package's own list would load the
 * layers, data sets and browser backends of all tfjs, which the installation leaves out.
 */
const KERNELS = (
  "Abs Add AddN BatchMatMul Cast ClipByValue Identity Maximum Minimum Multiply Pack PadV2 RealDiv Relu " +
  "Reshape Sign Slice Sqrt Square Sub Sum Transpose"
).split(" ");

function isKernel(exported: unknown): exported is tfjs.KernelConfig {
  return typeof exported === "object" && exported !== null && "kernelName" in exported;
}

const ATTRIBUTE_TYPES = {
  string: "TF_ATTR_STRING",
  boolean: "TF_ATTR_BOOL",
  number: "TF_ATTR_INT",
  object: "TF_ATTR_INT",
} as const;

/** The package.json of the npm package. Throws a UserError where the package is not there. */
export function packageFile(): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
  } catch {
    throw new UserError(
      `the npm package ${PACKAGE} is missing, as npm leaves out an optional package whose own download fails; in Atelier's folder run: npm install --ignore-scripts --no-save ${PACKAGE}`,
    );
  }
}

/** The version of the npm package. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)(packageFile()) as { version: string };
  return version;
}

/** TensorFlow reads these when it is loaded. What the person has set stays, but for the threads. */
function setEnvironment(threads: number): void {
  process.env["TF_NUM_INTRAOP_THREADS"] = String(threads);
  const defaults = {
    // One operation follows the other; a second pool would only take cores from the first.
    TF_NUM_INTEROP_THREADS: "1",
    // From here on warnings only.
    TF_CPP_MIN_LOG_LEVEL: "1",
    // A GPU's memory is taken as needed, so that estimates mean something and others can live beside us.
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    // TF32 keeps ten bits of a number: the same recipe would give another picture than on other engines.
    NVIDIA_TF32_OVERRIDE: "0",
  };
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
}
