import { spawn } from "node:child_process";
import { messageOf } from "../shared/errors.ts";
import type { Job } from "../shared/jobs.ts";

const LIMIT_MS = 60_000;
const LAST_WORDS_MS = 500;
const MAX_OUTPUT = 4000;

/** Runs a program with a job that has ended as JSON on its stdin. Whatever goes wrong with it, the job is as it is. */
export function runHook(
  program: string,
  job: Job,
  onProblem: (problem: string) => void,
  limitMs = LIMIT_MS,
): void {
  const child = spawn(program, [job.status.state, job.id], {
    stdio: ["pipe", "ignore", "pipe"],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  const timer = setTimeout(() => {
    if (child.pid !== undefined)
      process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  }, limitMs);
  let output = "";
  let isOver = false;
  const end = (problem: string | undefined) => {
    if (!isOver && problem !== undefined) onProblem(problem);
    isOver = true;
    clearTimeout(timer);
    child.stderr.destroy();
  };
  child.stderr.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT);
  });
  child.on("error", (error) => end(messageOf(error)));
  const tell = (code: number | null, signal: NodeJS.Signals | null) =>
    end(
      code === 0
        ? undefined
        : `it ended with ${signal === null ? `code ${code}` : signal}${output === "" ? "" : `: ${output.trim()}`}`,
    );
  child.on("close", tell);
  // What it left running may hold its output open.
  child.on("exit", (code, signal) => {
    clearTimeout(timer);
    setTimeout(() => tell(code, signal), LAST_WORDS_MS);
  });
  // A program that does not read its stdin is none the worse for it.
  child.stdin.on("error", () => {});
  child.stdin.end(`${JSON.stringify(job)}\n`);
}
