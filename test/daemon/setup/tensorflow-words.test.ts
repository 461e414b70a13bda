import { expect, test } from "vitest";
import { lacksCuda } from "../../../daemon/setup/tensorflow/tensorflow.ts";

/** What TensorFlow 2.21 said on a machine with an NVIDIA H100 and no CUDA 12, before it ended by SIGABRT. */
const WITHOUT_CUDA = `
I0000 00:00:1795734966.383128    2173 cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.
E0000 00:00:1795734966.680567    2173 cuda_executor.cc:1737] INTERNAL: CUDA Runtime error: Failed call to cudaGetRuntimeVersion: Error loading CUDA libraries. GPU will not be used.: Error loading CUDA libraries. GPU will not be used.
W0000 00:00:1795734966.861255    2173 gpu_device.cc:2365] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU.
Skipping registering GPU devices...
terminate called after throwing an instance of 'absl::lts_20250814::BadStatusOrAccess'
`;

/** What it says on every machine. */
const EVERYWHERE = `
I0000 00:00:1795734966.382567    2173 port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results due to floating-point round-off errors from different computation orders.
I0000 00:00:1795734966.654521    2173 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations.
`;

test("a TensorFlow that misses CUDA's libraries is known by its words", () => {
  expect(lacksCuda(WITHOUT_CUDA.split("\n"))).toBe(true);
  expect(lacksCuda(EVERYWHERE.split("\n"))).toBe(false);
});
