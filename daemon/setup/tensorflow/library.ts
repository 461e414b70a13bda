import type { TENSORFLOW_SOURCES } from "../../engine/tfjs/installation.ts";

/** TensorFlow's headers and libraries on this machine. */
export interface TensorflowLibrary {
  readonly source: (typeof TENSORFLOW_SOURCES)[number];
  readonly python: string | null;
  readonly version: string;
  readonly include: string;
  /** Where `files` lie. */
  readonly folder: string;
  /** What the binding is linked with, by name. */
  readonly files: readonly string[];
  /** Folders of CUDA's libraries that came with it. */
  readonly cuda: readonly string[];
}
