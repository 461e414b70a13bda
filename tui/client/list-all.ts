import { UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import type { Params } from "../../shared/requests.ts";
import type { Connection } from "./connection.ts";

const PAGE = 500;

/** All jobs that match, or the first so many, page by page. */
export async function listAll(
  daemon: Connection,
  filter: Pick<Params<"list">, "states" | "group">,
  most = Infinity,
): Promise<Job[]> {
  const jobs = new Map<string, Job>();
  for (let skip = 0; ; skip += PAGE) {
    const limit = Math.min(PAGE, most - skip);
    const page = await daemon.request("list", { ...filter, skip, limit });
    for (const job of page) jobs.set(job.id, job);
    if (page.length < limit || skip + limit >= most) return [...jobs.values()];
  }
}

/** The jobs of a group. Throws where it has none: mistyped, it would seem to be done. */
export async function listGroup(daemon: Connection, group: string): Promise<Job[]> {
  const jobs = await listAll(daemon, { states: null, group });
  if (jobs.length > 0) return jobs;
  throw new UserError(group === "" ? "no job is without a label" : `no job is in the group "${group}"`);
}
