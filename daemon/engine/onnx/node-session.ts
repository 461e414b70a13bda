import type { EncodedModel } from "./model.ts";
import { ort } from "./runtime.ts";
import { Results, type Session } from "./session.ts";
import { type DeviceTensor, type HostTensor, isOnDevice, type Tensor } from "./tensors.ts";

export type NodeOptions = ort.InferenceSession.SessionOptions;

/** A tensor that one of these sessions left on its device. */
class NodeTensor implements DeviceTensor {
  readonly tensor: ort.Tensor;

  constructor(tensor: ort.Tensor) {
    this.tensor = tensor;
  }

  get dims(): readonly number[] {
    return this.tensor.dims;
  }

  free(): void {
    this.tensor.dispose();
  }
}

/** A session through the runtime's binding for Node. */
export class NodeSession implements Session {
  readonly holdsResults = true;
  readonly #session: ort.InferenceSession;

  static async open(
    { model, externalData, outputs }: EncodedModel,
    options: NodeOptions,
    onDevice: readonly string[],
  ): Promise<NodeSession> {
    const locations = outputs.map(
      ({ name }) => [name, onDevice.includes(name) ? "gpu-buffer" : "cpu"] as const,
    );
    return new NodeSession(
      await ort.InferenceSession.create(model, {
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        externalData,
        logSeverityLevel: 3,
        ...(onDevice.length > 0 && { preferredOutputLocation: Object.fromEntries(locations) }),
        ...options,
      }),
    );
  }

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, HostTensor>> = {},
  ): Promise<Results> {
    const results = await this.#session.run(
      Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [
          name,
          isOnDevice(tensor) ? (tensor as NodeTensor).tensor : hostView(tensor),
        ]),
      ),
      Object.fromEntries(
        this.#session.outputNames.map((name) => {
          const target = into[name];
          return [name, target === undefined ? null : hostView(target)];
        }),
      ),
    );
    return new Results(
      new Map(
        Object.entries(results as Record<string, ort.Tensor>).map(([name, tensor]) => [
          name,
          tensor.location === "cpu"
            ? { dims: tensor.dims, data: tensor.data as Float32Array }
            : new NodeTensor(tensor),
        ]),
      ),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function hostView({ data, dims }: HostTensor): ort.Tensor {
  return new ort.Tensor("float32", data, dims);
}
