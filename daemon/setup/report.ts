/** What a setup tells while it runs. */
export interface SetupReporter {
  /** A step begins. */
  step(text: string): void;
  /** A line of a program that the step runs. */
  line(text: string): void;
}
