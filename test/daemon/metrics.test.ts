import { expect, test } from "vitest";
import { Metrics } from "../../daemon/metrics.ts";
import type { Job, JobProgress, LossPoint } from "../../shared/jobs.ts";
import type { DeviceLoad, WorkerInfo } from "../../shared/requests.ts";

const none = () => 0;

test("evaluations are counted from where a job begins or goes on", async () => {
  const rest = { clients: none, droppedPreviews: none, workerRestarts: none, loopDelayP999Ms: none };
  const metrics = new Metrics({ jobs: () => ({}), workers: () => [], ...rest });
  const progress = { evaluations: 10, seconds: 2 } as JobProgress;
  metrics.note({ event: "job", job: { id: "a", status: { state: "running", since: 0 }, progress } as Job });
  const losses = [{}, {}] as LossPoint[];
  metrics.note({
    event: "progress",
    id: "a",
    progress: { ...progress, evaluations: 13, seconds: 2.5 },
    losses,
  });
  const text = await metrics.text();
  expect(text).toMatch(/^atelier_iterations_total 2$/m);
  expect(text).toMatch(/^atelier_evaluations_total 3$/m);
  expect(text).toMatch(/^atelier_work_seconds_total 0.5$/m);
});

test("metrics tell of the load of devices at work, as far as it is known", async () => {
  const load: DeviceLoad = { percent: 37, memoryUsedBytes: 5e9, memoryBytes: null, celsius: null };
  const workers = [{ id: "onnx/cuda:0", load } as WorkerInfo, { id: "onnx/cpu", load: null } as WorkerInfo];
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
