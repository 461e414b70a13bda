import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Row } from "./bench/gpu/report.ts";
import { swiftShader, withSwiftShader } from "./support/swiftshader.ts";
import { newHome } from "./support/temporary.ts";

const PROGRAM = join(import.meta.dirname, "bench/gpu/main.ts");
const PATIENCE_MS = 600_000;

describe.skipIf(swiftShader === undefined)(withSwiftShader("the check of GPUs, on SwiftShader"), () => {
  test(
    "compares, times, steers and kills, and says what it skips",
    async () => {
      const file = join(newHome(), "checked.json");
      const args = [PROGRAM, "--json", file, "--soak", "6", "--python", "/no/python"];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
      for (const { what, measured } of rows) expect(stdout).toContain(`| ${what} | ${measured} |`);
      const verdicts = rows.map(({ what, verdict }) => [what.replace("onnx/swiftshader", "it"), verdict]);
      expect(verdicts).toEqual([
        ["it against the CPU, float32", "good"],
        ["it, iteration at 16²", "only measured"],
        ["it, memory at 16²", "only measured"],
        ["it beside PyTorch at 16²", "skipped"],
        ["WebGPU beside CUDA at 16²", "skipped"],
        ["it, 6 s of a job under changes and a kill", "good"],
        ["two jobs on two cards", "skipped"],
      ]);
      expect(rows[3]?.measured).toContain("/no/python has no torch");
    },
    PATIENCE_MS,
  );
});
