import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { uniformAt } from "../../daemon/random.ts";
import { isFinished, type Job } from "../../shared/jobs.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { Connection } from "../../tui/client/connection.ts";
import { listAll } from "../../tui/client/list-all.ts";
import { DAEMON } from "../support/built.ts";
import { addParams, addressOf } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import type { smallRecipe } from "../support/recipes.ts";

export interface StormOptions {
  readonly folder: string;
  readonly recipeOf: typeof smallRecipe;
  /** Of the daemon. */
  readonly options: readonly string[];
  readonly kills: number;
  readonly jobs: number;
  readonly iterations: number;
  readonly seed: number;
  readonly checkpointSeconds: number;
  readonly onProgress?: (text: string) => void;
}

export interface StormReport {
  readonly daemonKills: number;
  readonly workerKills: number;
  readonly jobs: number;
  readonly done: number;
  /** Jobs that ran again after they were done, or were there twice. */
  readonly repeatedJobs: number;
  /** Jobs whose picture is not that of the undisturbed run. */
  readonly differentPictures: number;
  /** Seconds of work that a kill cost, at most and on average; what the checkpoint interval allows. */
  readonly mostRepeatedSeconds: number;
  readonly meanRepeatedSeconds: number;
  readonly allowedSeconds: number;
  readonly loopDelayP999Ms: number;
}

/** A queue of small jobs while daemon and worker are killed at random moments, beside an undisturbed one. */
export async function killStorm(storming: StormOptions): Promise<StormReport> {
  const {
    folder,
    recipeOf,
    kills,
    jobs,
    iterations,
    seed,
    checkpointSeconds,
    onProgress = () => {},
  } = storming;
  const options = [...storming.options, "--checkpoint-seconds", String(checkpointSeconds)];
  const pictures = await smallPictures(folder);
  const recipes = Array.from({ length: jobs }, (_, i) =>
    recipeOf(pictures, { iterations, styleWeight: 1 + i, size: 32 + 4 * i }),
  );
  onProgress("undisturbed run");
  const expected = await undisturbed(join(folder, "calm"), recipes, options);
  const storm = new Storm(join(folder, "storm"), options);
  const random = (i: number, stream: number) => uniformAt(seed, stream, i);
  await storm.startDaemon();
  const ids: string[] = [];
  // Added while the daemon dies: a request that a cut left open is sent again by itself.
  const adding = (async () => {
    for (const recipe of recipes) ids.push((await storm.connection.request("add", addParams(recipe))).id);
  })();
  for (let i = 0; i < kills; i++) {
    await setTimeout(4000 * random(i, 0) ** 2);
    // The rule for jobs that kill their workers is tested elsewhere; here none may meet it by chance.
    await storm.untilNoStall();
    // On a busy machine there may never be a worker just then; the last kill waits for one.
    const isWorkersTurn = i === kills - 1 && storm.workerKills === 0;
    if (isWorkersTurn) await storm.untilWorker();
    // Where no worker is alive at that moment the daemon is killed instead: every moment kills something.
    if ((!isWorkersTurn && random(i, 1) < 0.5) || !storm.killWorker()) await storm.killDaemon();
    onProgress(`${i + 1} of ${kills} kills, ${await storm.describe()}`);
  }
  await adding;
  const ended = await storm.untilAllEnded();
  const { loopDelayP999Ms } = await storm.connection.request("status", {});
  const pixels = await Promise.all(ids.map(async (id) => await hashOf(ended.find((job) => job.id === id))));
  await storm.end();
  return {
    daemonKills: storm.daemonKills,
    workerKills: storm.workerKills,
    jobs,
    done: ended.filter(({ status }) => status.state === "done").length,
    repeatedJobs: storm.repeatedJobs + Math.abs(ended.length - jobs),
    differentPictures: pixels.filter((hash, i) => hash !== expected[i]).length,
    mostRepeatedSeconds: Math.max(0, ...storm.repeated),
    meanRepeatedSeconds: storm.repeated.reduce((a, b) => a + b, 0) / Math.max(1, storm.repeated.length),
    allowedSeconds: checkpointSeconds + storm.longestStep,
    loopDelayP999Ms,
  };
}

async function undisturbed(
  home: string,
  recipes: readonly Recipe[],
  options: readonly string[],
): Promise<string[]> {
  const calm = new Storm(home, options);
  await calm.startDaemon();
  const ids: string[] = [];
  for (const recipe of recipes) ids.push((await calm.connection.request("add", addParams(recipe))).id);
  const ended = await calm.untilAllEnded();
  await calm.end();
  return await Promise.all(ids.map(async (id) => await hashOf(ended.find((job) => job.id === id))));
}

async function hashOf(job: Job | undefined): Promise<string> {
  if (job?.status.state !== "done") return "not done";
  return createHash("sha256")
    .update(await sharp(job.status.picture).raw().toBuffer())
    .digest("hex");
}

/** A daemon that is killed and started again, and what a client sees of it. */
class Storm {
  readonly connection: Connection;
  daemonKills = 0;
  workerKills = 0;
  repeatedJobs = 0;
  longestStep = 0;
  readonly repeated: number[] = [];
  readonly #home: string;
  readonly #args: readonly string[];
  #daemon: ChildProcess | undefined;
  #worker: number | null = null;
  readonly #seen = new Map<string, Job>();
  /** Seconds of work done when the last progress was heard of, and the wall clock then. */
  readonly #worked = new Map<string, { seconds: number; iteration: number }>();

  constructor(home: string, options: readonly string[]) {
    this.#home = home;
    this.#args = ["--weights", "untrained", ...options];
    this.connection = new Connection(addressOf(home));
    this.connection.on("event", (event) => {
      if (event.event === "worker") this.#worker = event.worker.pid;
      if (event.event === "job") this.#noteJob(event.job);
      if (event.event === "progress") {
        const { seconds, iteration } = event.progress;
        const before = this.#worked.get(event.id);
        if (before !== undefined && iteration > before.iteration)
          this.longestStep = Math.max(this.longestStep, seconds - before.seconds);
        this.#worked.set(event.id, { seconds, iteration });
      }
    });
    this.connection.on("open", () => {
      // What happened unseen: the jobs as they are now.
      listAll(this.connection, { states: null, group: null })
        .then((jobs) => jobs.forEach((job) => this.#noteJob(job)))
        .catch(() => {});
    });
  }

  async startDaemon(): Promise<void> {
    const daemon = fork(DAEMON, [...this.#args], {
      env: { ...process.env, ATELIER_HOME: this.#home },
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#daemon = daemon;
    const isFirst = this.daemonKills === 0;
    if (!isFirst) return;
    await new Promise((resolve) => daemon.once("message", resolve));
    await this.connection.open();
  }

  async killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    const exited = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill("SIGKILL");
    await exited;
    this.daemonKills++;
    this.#worker = null;
    await this.startDaemon();
  }

  async untilWorker(): Promise<void> {
    while (this.#worker === null) await setTimeout(20);
  }

  /** False where there was none to kill. */
  killWorker(): boolean {
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) return false;
    try {
      process.kill(worker, "SIGKILL");
    } catch {
      // It is gone with its daemon.
      return false;
    }
    this.workerKills++;
    return true;
  }

  /** Waits while another death without progress would fail the running job by rule. */
  async untilNoStall(): Promise<void> {
    while ([...this.#seen.values()].some((job) => !isFinished(job) && job.stalls >= 2)) await setTimeout(20);
  }

  async untilAllEnded(): Promise<Job[]> {
    for (;;) {
      const jobs = await listAll(this.connection, { states: null, group: null });
      if (jobs.length > 0 && jobs.every(isFinished)) return jobs;
      await setTimeout(100);
    }
  }

  async describe(): Promise<string> {
    const jobs = [...this.#seen.values()];
    const running = jobs.find(({ status }) => status.state === "running");
    return await Promise.resolve(
      `${jobs.filter(isFinished).length} of ${jobs.length} jobs done, iteration ${running?.progress?.iteration ?? "–"}`,
    );
  }

  async end(): Promise<void> {
    const daemon = this.#daemon;
    const exited = new Promise((resolve) => daemon?.once("exit", resolve));
    this.connection.close();
    daemon?.kill("SIGTERM");
    await exited;
  }

  #noteJob(job: Job): void {
    const before = this.#seen.get(job.id);
    this.#seen.set(job.id, job);
    if (before !== undefined && isFinished(before) && !isFinished(job)) this.repeatedJobs++;
    const worked = this.#worked.get(job.id);
    const resumed = job.progress?.seconds ?? 0;
    if (job.status.state !== "running" || worked === undefined || resumed >= worked.seconds) return;
    this.repeated.push(worked.seconds - resumed);
    this.#worked.set(job.id, { seconds: resumed, iteration: job.progress?.iteration ?? 0 });
  }
}
