import { join } from "node:path";
import { readInstallation, tensorflowFolder } from "../../daemon/engine/tfjs/installation.ts";

/** TensorFlow as `atelier setup tensorflow` made it for the user who runs the tests. */
export const installation = readInstallation();
export const hasTensorflow = installation !== undefined;

/** For describe's title, so that a skip explains itself. */
export function withTensorflow(title: string): string {
  return hasTensorflow ? title : `${title} (skipped: run atelier setup tensorflow first)`;
}

/** The Python whose TensorFlow is set up. */
export function pythonWithTensorflow(): string {
  return installation?.python ?? join(tensorflowFolder(), "python/bin/python");
}
