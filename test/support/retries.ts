import type { Reporter, TestCase } from "vitest/node";

/** Says why a test was tried again, which the usual report leaves out. */
export class Retries implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state !== "passed" || errors === undefined) return;
    for (const { message, stack, diff } of errors)
      process.stderr.write(`tried again: ${test.fullName}\n${stack ?? message}\n${diff ?? ""}\n`);
  }
}
