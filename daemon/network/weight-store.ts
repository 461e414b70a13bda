import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import { codeOf, fileProblem, UserError } from "../../shared/errors.ts";
import { homeFolder } from "../../shared/home.ts";
import type { Network } from "./network.ts";
import { PUBLISHED_FILE } from "./published.ts";
import { untrainedNetwork } from "./untrained.ts";
import { isWeightFile, loadWeightFile } from "./weight-file.ts";

export interface StoredWeights {
  readonly file: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** Where fetched and imported weight files lie. */
export function weightsFolder(): string {
  return join(homeFolder("data"), "weights");
}

/** Holds the name of the stored file that was chosen to be used by default. */
export function choiceFile(): string {
  return join(weightsFolder(), "default");
}

/** The weight files at hand, the one that is used by default first: the chosen, else the published, else the newest. */
export function storedWeights(): StoredWeights[] {
  const folder = weightsFolder();
  const first = [PUBLISHED_FILE.name, chosenName()];
  const rank = ({ file }: StoredWeights) => first.indexOf(basename(file));
  return namesIn(folder)
    .filter((name) => !name.startsWith(".") && isWeightFile(name))
    .flatMap((name) => {
      const file = join(folder, name);
      const stats = statsOf(file);
      return stats?.isFile() ? [{ file, bytes: stats.size, modified: stats.mtime }] : [];
    })
    .toSorted((a, b) => rank(b) - rank(a) || +b.modified - +a.modified);
}

/** The name of the file that was chosen to be used by default; empty where none was. */
export function chosenName(): string {
  const file = choiceFile();
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw new UserError(`cannot read ${file}: ${fileProblem(error)}`);
  }
}

/** Says of the weights that are used by default which they are: of others it is another. */
export function stampOfDefault(): string {
  const [first] = storedWeights();
  return first === undefined ? "untrained" : `${first.file} ${first.bytes} ${+first.modified}`;
}

/**
 * The network that `choice` names: a file, `untrained`, or by default the first stored file, and the
 * seeded untrained network where there is none.
 */
export async function openNetwork(choice: string | undefined, seed: number): Promise<Network> {
  const file = choice ?? storedWeights()[0]?.file ?? "untrained";
  return file === "untrained" ? untrainedNetwork(seed) : await loadWeightFile(file);
}

/** Undefined for what leads nowhere, such as a link to a file that is gone. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}
