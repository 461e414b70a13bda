import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { homeFolder } from "../../../shared/home.ts";
import { makeFolder } from "../../../shared/make-folder.ts";
import { writeDurably } from "../../files/durable-write.ts";
import { readSetupRecord } from "../../files/setup-record.ts";

/** Where TensorFlow comes from: its makers' C library, a Python that has it, or a Python environment of our own. */
export const TENSORFLOW_SOURCES = ["official", "python", "environment"] as const;

const installationSchema = z.strictObject({
  source: z.enum(TENSORFLOW_SOURCES),
  /** The Python that was named, where one was. */
  python: z.string().nullable(),
  /** TensorFlow's version, and that of what was compiled against it. */
  tensorflow: z.string(),
  binding: z.string(),
  /** The folder of TensorFlow's libraries, which the binding loads. */
  libraries: z.string(),
});

/** What `atelier setup tensorflow` made, written when all of it works. */
export type Installation = z.infer<typeof installationSchema>;

/** Everything that the setup makes lies in this folder. */
export function tensorflowFolder(): string {
  return join(homeFolder("data"), "tensorflow");
}

export function bindingFile(): string {
  return join(tensorflowFolder(), "tfjs_binding.node");
}

/** The module that keeps TensorFlow's greetings from the terminal. */
export function quietFile(): string {
  return join(tensorflowFolder(), "quiet.node");
}

/** The module that gives TensorFlow memory for its results; not there where it could not be built. */
export function memoryFile(): string {
  return join(tensorflowFolder(), "memory.node");
}

function recordFile(): string {
  return join(tensorflowFolder(), "installation.json");
}

/** The installation on this machine, if there is one. Throws a UserError where its record is unreadable. */
export function readInstallation(): Installation | undefined {
  return readSetupRecord(recordFile(), installationSchema, "tensorflow");
}

export async function writeInstallation(installation: Installation): Promise<void> {
  await makeFolder(dirname(recordFile()), 0o700);
  await writeDurably(recordFile(), Buffer.from(`${JSON.stringify(installation, null, 2)}\n`));
}

/** From here on nothing counts as installed. */
export function forgetInstallation(): void {
  rmSync(recordFile(), { force: true });
}
