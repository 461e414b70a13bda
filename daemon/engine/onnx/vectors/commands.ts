import { setImmediate } from "node:timers/promises";
import type { HostTensor } from "../tensors.ts";
import { type DeviceVector, release } from "./device-vector.ts";
import type { Kernels } from "./kernels.ts";
import type { Operation } from "./operations.ts";
import { Program } from "./program.ts";

/**
 * Commands for a device, carried out in the order they were given. Arithmetic is written down and carried out as one
 * graph, together with all answers that are asked for at the same time: every run has the host and the device wait for
 * each other. A command that fails lets all after it fail with the same error, which reaches whoever awaits an answer
 * next.
 */
export class Commands {
  readonly #kernels: Kernels;
  #program = new Program();
  readonly #carriedOut = new WeakMap<Program, Promise<HostTensor[]>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** into = what the operation gives. */
  write(
    operation: Operation,
    vectors: readonly DeviceVector[],
    numbers: readonly number[],
    into: DeviceVector,
  ): void {
    this.#program.write(operation, vectors, numbers, into);
  }

  /** What an operation gives, in `into` if there is one. */
  async read(operation: Operation, vectors: readonly DeviceVector[], into?: HostTensor): Promise<HostTensor> {
    const program = this.#program;
    const place = program.read(operation, vectors, into);
    // Whoever asks for something else now gets it from the same run.
    await setImmediate();
    const answers = await (this.#carriedOut.get(program) ?? this.carryOut());
    return answers[place] as HostTensor;
  }

  enqueue<T>(command: () => Promise<T>): Promise<T> {
    if (!this.#program.isEmpty) void this.carryOut();
    return this.#append(command);
  }

  /** In its turn and whatever failed before: what is freed is free on a broken device too. */
  free(vector: DeviceVector): void {
    if (this.#program.isEmpty) this.#always(() => release(vector));
    else this.#program.free(vector);
  }

  /** All that was given is done, or has failed. */
  async drained(): Promise<void> {
    void this.carryOut();
    await this.#last.catch(() => {});
  }

  /** What is written so far, as a graph of its own. */
  carryOut(): Promise<HostTensor[]> {
    const program = this.#program;
    this.#program = new Program();
    const answer = this.#append(async () => await program.run(this.#kernels));
    this.#carriedOut.set(program, answer);
    this.#always(() => program.releaseFreed());
    return answer;
  }

  #append<T>(command: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(command);
    // A command whose answer nobody awaits must not end the process.
    answer.catch(() => {});
    this.#last = answer;
    return answer;
  }

  #always(command: () => void): void {
    this.#last = this.#last.finally(command);
    this.#last.catch(() => {});
  }
}
