import type { Command } from "commander";
import { UserError } from "../../../shared/errors.ts";
import { versionIn } from "../../../shared/protocol.ts";
import { resolveAddress } from "../../client/address.ts";
import { Connection } from "../../client/connection.ts";
import { RefusedByDaemonError, UnreachableError } from "../../client/link-problems.ts";
import { shutDownOther } from "../../client/shut-down-other.ts";
import { print, printJson } from "../../terminal/print.ts";
import { addDaemonOptions, type DaemonArguments } from "../options.ts";
import { withDaemon } from "./session.ts";

const PATIENCE_MS = 15_000;
const POLL_MS = 100;

export function addDownCommand(program: Command): void {
  addDaemonOptions(
    program
      .command("down")
      .summary("end the daemon; jobs go on when it comes up again")
      .description("Ends the daemon. The running job saves a checkpoint and goes on when it comes up again."),
  ).action(async (options: DaemonArguments) => {
    await askToEnd(options);
    await untilGone(options);
    if (options.json) printJson({ down: true });
    else
      print(
        options.connect === undefined ? "the daemon is down" : `the daemon at ${options.connect} is down`,
      );
  });
}

async function askToEnd(options: DaemonArguments): Promise<void> {
  try {
    await withDaemon(options, async (daemon) => await daemon.request("shutdown", {}));
  } catch (error) {
    const other = isOfOtherVersion(error) ? versionIn(error.message) : undefined;
    if (other === undefined) throw error;
    await shutDownOther(resolveAddress(options), other);
  }
}

async function untilGone(options: DaemonArguments): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const probe = new Connection(resolveAddress(options));
    try {
      await probe.open();
      probe.close();
    } catch (error) {
      if (error instanceof UnreachableError) return;
      if (!isOfOtherVersion(error)) throw error;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new UserError(
    `the daemon was asked to end but still answers after ${PATIENCE_MS / 1000} s; see: atelier logs`,
  );
}

function isOfOtherVersion(error: unknown): error is RefusedByDaemonError {
  return error instanceof RefusedByDaemonError && error.code === "version";
}
