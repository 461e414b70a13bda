import { expect, test } from "vitest";
import { Metrics } from "../../daemon/metrics.ts";
import type { DeviceLoad, WorkerInfo } from "../../shared/requests.ts";

test("metrics tell of the load of devices at work, as far as it is known", async () => {
  const load: DeviceLoad = { percent: 37, memoryUsedBytes: 5e9, memoryBytes: null, celsius: null };
  const workers = [{ id: "onnx/cuda:0", load } as WorkerInfo, { id: "onnx/cpu", load: null } as WorkerInfo];
  const none = () => 0;
  const metrics = new Metrics({
    jobs: () => ({ queued: 3 }),
    workers: () => workers,
    clients: none,
    droppedPreviews: none,
    workerRestarts: none,
    loopDelayP999Ms: none,
  });
  const text = await metrics.text();
  expect(text).toMatch(/^atelier_jobs\{state="queued"\} 3$/m);
  expect(text).toMatch(/^atelier_device_busy_ratio\{worker="onnx\/cuda:0"\} 0.37$/m);
  expect(text).toMatch(/^atelier_device_memory_used_bytes\{worker="onnx\/cuda:0"\} 5000000000$/m);
  expect(text).not.toMatch(/^atelier_device_(celsius|memory_bytes)\{|onnx\/cpu/m);
});
