import { fork } from "node:child_process";
import { type DeviceId, nameOfDevice } from "../../shared/devices.ts";
import { programFile } from "../../shared/programs.ts";
import { type Measurement, measurementSchema } from "./measurement.ts";

/** A trial that takes longer than this hangs; SwiftShader may take a minute. */
const PATIENCE_MS = 180_000;

/** Signals that others send, where a crash has its own. */
const FROM_OUTSIDE: readonly (NodeJS.Signals | null)[] = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGKILL",
];

export interface Trial {
  readonly result: Measurement;
  /** The signal that ended it from outside, so that it says nothing of the device. */
  readonly endedBy: NodeJS.Signals | null;
}

/** Tries a device in a process of its own. Never throws: a device that ends the process does not work. */
export async function tryDevice(device: DeviceId): Promise<Trial> {
  const child = fork(programFile("device-trial"), [JSON.stringify(device)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
  });
  return await new Promise<Trial>((resolve) => {
    const end = (result: Measurement, endedBy: NodeJS.Signals | null = null) => resolve({ result, endedBy });
    child.once("message", (message) => {
      const parsed = measurementSchema.safeParse(message);
      end(
        parsed.success
          ? parsed.data
          : { works: false, reason: `its trial answered nonsense: ${JSON.stringify(message)}` },
      );
    });
    child.once("error", ({ message }) => end({ works: false, reason: message }));
    child.once("exit", (code, signal) => {
      const isTooLong = child.killed;
      const how = isTooLong ? "was stopped after three minutes" : `ended with ${signal ?? `code ${code}`}`;
      const said = lastWords.trim().split("\n")[0];
      end(
        { works: false, reason: `the trial of ${nameOfDevice(device)} ${how}${said ? `: ${said}` : ""}` },
        !isTooLong && FROM_OUTSIDE.includes(signal) ? signal : null,
      );
    });
  });
}
