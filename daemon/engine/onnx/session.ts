import type { DeviceKind } from "../../../shared/devices.ts";
import { messageOf } from "../../../shared/errors.ts";
import { DeviceError } from "../device-error.ts";
import { whyProviderFails } from "./cuda-provider.ts";
import type { EncodedModel } from "./model.ts";
import type { Provider, Purpose } from "./provider.ts";
import type { HostTensor, Tensor } from "./tensors.ts";

/** One graph on one device. */
export interface Session {
  /** What it left on the device goes with it, so that it has to stay as long as that is used. */
  readonly holdsResults: boolean;
  /**
   * Results are in the process's memory, those named in `into` where it says, but for those that were wanted on the
   * device. Through the binding for Node nothing goes into `into` where some are wanted there.
   */
  run(feeds: Readonly<Record<string, Tensor>>, into?: Readonly<Record<string, HostTensor>>): Promise<Results>;
  release(): Promise<void>;
}

/** What a run gives, by the names of the graph's outputs. */
export class Results {
  readonly #tensors: ReadonlyMap<string, Tensor>;

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.#tensors = tensors;
  }

  get(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`the graph has no output ${name}`);
    return tensor;
  }

  /** A result that was wanted in the process's memory. */
  numbers(name: string): Float32Array {
    return (this.get(name) as HostTensor).data;
  }
}

/**
 * Opens a session on a provider; results of the names in `onDevice` stay there. Throws a DeviceError where the device does
 * not work.
 */
export async function openSession(
  graph: EncodedModel,
  provider: Provider,
  purpose: Purpose,
  onDevice: readonly string[] = [],
): Promise<Session> {
  try {
    return await provider.open(graph, onDevice, purpose);
  } catch (error) {
    throw provider.kind === "cpu" ? error : deviceError(provider.kind, error);
  }
}

export function deviceError(kind: DeviceKind, error: unknown): DeviceError {
  const reason = (kind === "cuda" ? whyProviderFails() : undefined) ?? firstLine(error);
  return new DeviceError(`the device onnx/${kind} does not work here: ${reason}; see: atelier doctor`, {
    cause: error,
  });
}

/** The runtime's messages end in a stack of its own, and CUDA's and WebGPU's are about its source in front. */
function firstLine(error: unknown): string {
  const line = messageOf(error).trim().split("\n")[0] ?? "";
  return (
    /CU\w+ failure \d+: [^;]*[^;\s]/.exec(line)?.[0] ??
    /^\S*onnxruntime\S* .* was false\. (.+)$/.exec(line)?.[1] ??
    line
  );
}
