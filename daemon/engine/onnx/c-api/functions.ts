import { join } from "node:path";
import { runtimeFolder } from "../cuda-provider.ts";
// Before the runtime is loaded.
import "../no-telemetry.ts";
import koffi from "./native.ts";

/** What lies behind one of the runtime's pointers is its own business. */
export type Pointer = bigint;

const RUNTIME_FILE = "libonnxruntime.so.1";
const POINTER_BYTES = 8;

/** The version of the C API that the table below is of. Every later runtime still answers to it. */
const API_VERSION = 22;

/**
 * Functions of the runtime's C API: their places in the table that it hands out, and their parameters
 * (https://github.com/microsoft/onnxruntime/blob/main/include/onnxruntime/core/session/onnxruntime_c_api.h). The table
 * only ever grows, so that a place is the same in every version.
 */
const FUNCTIONS = {
  createEnv: [3, "int, const char *, _Out_ void **"],
  createSessionFromArray: [8, "void *, const void *, size_t, void *, _Out_ void **"],
  createSessionOptions: [10, "_Out_ void **"],
  disableMemPattern: [17, "void *"],
  setSessionLogSeverityLevel: [22, "void *, int"],
  setSessionGraphOptimizationLevel: [23, "void *, int"],
  setIntraOpNumThreads: [24, "void *, int"],
  createTensorWithDataAsOrtValue: [
    49,
    "void *, const void *, size_t, const int64_t *, size_t, int, _Out_ void **",
  ],
  createMemoryInfo: [68, "const char *, int, int, int, _Out_ void **"],
  addSessionConfigEntry: [130, "void *, const char *, const char *"],
  runWithBinding: [133, "void *, const void *, void *"],
  createIoBinding: [134, "void *, _Out_ void **"],
  bindInput: [136, "void *, const char *, void *"],
  bindOutput: [137, "void *, const char *, void *"],
  appendCuda: [204, "void *, void *"],
  createCudaProviderOptions: [205, "_Out_ void **"],
  updateCudaProviderOptions: [206, "void *, const char **, const char **, size_t"],
  addExternalInitializersFromFilesInMemory: [
    279,
    "void *, const char **, const void **, const size_t *, size_t",
  ],
} as const;

/** Functions that answer with nothing. */
const ENDINGS = {
  releaseStatus: 93,
  releaseSession: 95,
  releaseValue: 96,
  releaseSessionOptions: 100,
  releaseIoBinding: 135,
  clearBoundInputs: 141,
  clearBoundOutputs: 142,
  releaseCudaProviderOptions: 208,
} as const;

type Parameter = Pointer | number | string | null | object;
type Functions = Readonly<
  Record<keyof typeof FUNCTIONS | keyof typeof ENDINGS, (...parameters: Parameter[]) => void>
>;

let functions: Functions | undefined;
/** Held, since the library is unloaded when this is collected. */
let library: ReturnType<typeof koffi.load>;

/**
 * The functions of the runtime that lies beside its binding for Node, on Linux, where CUDA is. They throw what the
 * runtime says is wrong.
 */
export function cApi(): Functions {
  functions ??= load();
  return functions;
}

function load(): Functions {
  library = koffi.load(join(runtimeFolder(), RUNTIME_FILE));
  const [getApi] = koffi.decode(library.func("void *OrtGetApiBase()")(), "void *[1]") as [Pointer];
  const table = koffi.decode(getApi, koffi.proto("void *OrtGetApi(uint32_t)"))(API_VERSION) as Pointer;
  const functionAt = (place: number, result: string, parameters: string) =>
    koffi.decode(pointerAt(table, place), koffi.proto(`${result} Ort${place}(${parameters})`)) as (
      ...given: Parameter[]
    ) => unknown;
  const endings = mapped(ENDINGS, (place) => functionAt(place, "void", "void *"));
  const messageOf = functionAt(2, "const char *", "void *");
  const checked = mapped(FUNCTIONS, ([place, parameters]) => {
    const call = functionAt(place, "void *", parameters);
    return (...given: Parameter[]) => {
      const status = call(...given) as Pointer | null;
      if (status === null) return;
      const message = messageOf(status) as string;
      endings.releaseStatus(status);
      throw new Error(message);
    };
  });
  return { ...endings, ...checked };
}

function mapped<K extends string, A, B>(
  table: Readonly<Record<K, A>>,
  change: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries(table) as [K, A][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)])) as Record<K, B>;
}

/** What a function with a result gives back by its last parameter. */
export function made(create: (out: [Pointer | null]) => void): Pointer {
  const out: [Pointer | null] = [null];
  create(out);
  return out[0] as Pointer;
}

/** The pointer at a place of a list of them. */
function pointerAt(list: Pointer, place: number): Pointer {
  return koffi.decode(list, place * POINTER_BYTES, "void *") as Pointer;
}
