import protobuf from "protobufjs";

/**
 * The part of the ONNX format that graphs here use, with the field numbers of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
const schema = protobuf.parse(
  `
  syntax = "proto3";
  message Dimension { int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Entry { string key = 1; string value = 2; }
  message Tensor {
    repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9;
    repeated Entry external_data = 13; int32 data_location = 14;
  }
  message Attribute {
    string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated float floats = 7; repeated int64 ints = 8;
    int32 type = 20;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
    repeated Attribute attribute = 5;
  }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`,
  { keepCase: true },
).root;
const Model = schema.lookupType("Model");

const IR_VERSION = 8;
const OPSET = 17;
const DATA_TYPE = { float: 1, int64: 7 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** A value in the graph: the name of what a node, an input or a constant gives. */
export type Value = string & { readonly __value: unique symbol };
/** Ints are written as numbers, floats as `{ float }`, so that 1 and 1.0 stay apart. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** Constants above this many bytes are handed to the runtime beside the model, so that no copy of them is made. */
const EXTERNAL_FROM_BYTES = 4096;
const DATA_LOCATION_EXTERNAL = 1;

/** A model's bytes, and its large constants in the form of the runtime's session option `externalData`. */
export interface EncodedModel {
  readonly model: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

interface Node {
  readonly op_type: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly object[];
}

/** Collects nodes of one static graph and writes it as the bytes of an ONNX model. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  /** What nodes give, and the outputs that some of it is. */
  readonly #given = new Map<string, string>();
  readonly #initializers: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: { name: string; shape: readonly number[] }[] = [];
  readonly #external: { path: string; data: Uint8Array }[] = [];
  #count = 0;

  /** A float32 input that the caller feeds on every run. */
  input(name: string, shape: readonly number[]): Value {
    this.#inputs.push(valueInfo(name, shape));
    return name as Value;
  }

  /** Names `value` as a float32 output. */
  output(name: string, value: Value, shape: readonly number[]): void {
    // Only what has another name that has to stay is copied.
    if (this.#given.get(value) === value) this.#given.set(value, name);
    else this.#nodes.push({ op_type: "Identity", name, input: [value], output: [name] });
    this.#outputs.push({ name, shape });
  }

  floats(data: Float32Array | readonly number[], shape: readonly number[]): Value {
    const array = data instanceof Float32Array ? data : Float32Array.from(data);
    return this.#constant(DATA_TYPE.float, array, shape);
  }

  scalar(value: number): Value {
    return this.floats([value], []);
  }

  ints(data: readonly number[]): Value {
    return this.#constant(DATA_TYPE.int64, BigInt64Array.from(data, BigInt), [data.length]);
  }

  /** One node with one output. An absent optional input is written as "". */
  node(op: string, inputs: readonly (Value | "")[], attributes: Record<string, AttributeValue> = {}): Value {
    return this.nodes(op, inputs, 1, attributes)[0] as Value;
  }

  /** One node with several outputs. */
  nodes(
    op: string,
    inputs: readonly (Value | "")[],
    outputs: number,
    attributes: Record<string, AttributeValue> = {},
  ): Value[] {
    const name = this.#name(op);
    const names = Array.from({ length: outputs }, (_, i) => `${name}.${i}` as Value);
    for (const given of names) this.#given.set(given, given);
    this.#nodes.push({
      op_type: op,
      name,
      input: inputs,
      output: names,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return names;
  }

  encode(): EncodedModel {
    const named = (value: string) => this.#given.get(value) ?? value;
    const model = Model.encode({
      ir_version: IR_VERSION,
      producer_name: "atelier",
      opset_import: [{ domain: "", version: OPSET }],
      graph: {
        name: "objective",
        node: this.#nodes.map((node) => ({
          ...node,
          input: node.input.map(named),
          output: node.output.map(named),
        })),
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs.map(({ name, shape }) => valueInfo(name, shape)),
      },
    }).finish();
    return { model, externalData: this.#external, outputs: this.#outputs };
  }

  #constant(type: number, array: Float32Array | BigInt64Array, dims: readonly number[]): Value {
    const name = this.#name("constant") as Value;
    const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const tensor = { name, dims, data_type: type };
    if (data.length < EXTERNAL_FROM_BYTES) {
      this.#initializers.push({ ...tensor, raw_data: data });
    } else {
      this.#external.push({ path: name, data });
      const external_data = [
        { key: "location", value: name },
        { key: "offset", value: "0" },
        { key: "length", value: String(data.length) },
      ];
      this.#initializers.push({ ...tensor, external_data, data_location: DATA_LOCATION_EXTERNAL });
    }
    return name;
  }

  #name(stem: string): string {
    return `${stem}_${this.#count++}`;
  }
}

function valueInfo(name: string, shape: readonly number[]): object {
  const dim = shape.map((size) => ({ dim_value: size }));
  return { name, type: { tensor_type: { elem_type: DATA_TYPE.float, shape: { dim } } } };
}

function attribute(name: string, value: AttributeValue): object {
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === "string") return { name, type: ATTRIBUTE_TYPE.string, s: Buffer.from(value) };
  if ("float" in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
}
