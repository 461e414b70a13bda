import { expect, test } from "vitest";
import { isGpu, nameOfWish, parseDevice, parseDevices } from "../../shared/devices.ts";

test("a device is read as it is written, and a list names none twice", () => {
  for (const text of ["auto", "gpu", "cpu", "cuda:1", "onnx/webgpu", "tfjs/cuda:0"])
    expect(nameOfWish(parseDevice(text))).toBe(text);
  expect(nameOfWish(parseDevice("cpu", "tfjs"))).toBe("tfjs/cpu");
  expect(parseDevices("cpu:0,cpu:1")).toHaveLength(2);
  expect(() => parseDevices("cuda:0,cuda:0")).toThrow("names a device twice");
  expect(() => parseDevice("onnx/cpu", "tfjs")).toThrow("name two engines; leave one of them out");
  expect(() => parseDevice("webgpu", "tfjs")).toThrow("the engine tfjs computes on cpu or cuda alone");
  for (const text of ["", "gpux", "cuda:", "cuda:1000", "cuda:-1", "keras/cpu", "cuda 1"])
    expect(() => parseDevice(text), text).toThrow(/: expected auto, gpu, cpu/);
});

test("GPUs are what computes in memory of its own", () => {
  const kinds = (["cpu", "webgpu", "cuda", "swiftshader"] as const).filter((kind) => isGpu({ kind }));
  expect(kinds).toEqual(["webgpu", "cuda"]);
});
