/** What a setup tells while it runs. */
export interface SetupReporter {
  /** A step begins. */
  step(text: string): void;
  /** A line of a program that the step runs. */
  line(text: string): void;
}

export interface SetupOptions {
  /** The program of a Python that has what is wanted. */
  readonly fromPython?: string;
  readonly signal: AbortSignal;
  readonly reporter: SetupReporter;
}
