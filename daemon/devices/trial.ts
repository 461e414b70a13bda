import { fork } from "node:child_process";
import { extname, join } from "node:path";
import { type DeviceId, nameOfDevice } from "../../shared/devices.ts";
import { type Measurement, measurementSchema } from "./measurement.ts";

/** A trial that takes longer than this hangs; SwiftShader may take a minute. */
const PATIENCE_MS = 180_000;

const PROGRAM = join(import.meta.dirname, `trial-process${extname(import.meta.filename)}`);

/** Tries a device in a process of its own. Never throws: a device that ends the process does not work. */
export async function tryDevice(device: DeviceId): Promise<Measurement> {
  const child = fork(PROGRAM, [JSON.stringify(device)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
  });
  return await new Promise<Measurement>((resolve) => {
    child.once("message", (message) => {
      const parsed = measurementSchema.safeParse(message);
      resolve(
        parsed.success
          ? parsed.data
          : { works: false, reason: `its trial answered nonsense: ${JSON.stringify(message)}` },
      );
    });
    child.once("error", ({ message }) => resolve({ works: false, reason: message }));
    child.once("exit", (code, signal) => {
      const how =
        signal === "SIGKILL" ? "was stopped after three minutes" : `ended with ${signal ?? `code ${code}`}`;
      const said = lastWords.trim().split("\n")[0];
      resolve({
        works: false,
        reason: `the trial of ${nameOfDevice(device)} ${how}${said ? `: ${said}` : ""}`,
      });
    });
  });
}
