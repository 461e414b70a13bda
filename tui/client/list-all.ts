import type { Job } from "../../shared/jobs.ts";
import type { Params } from "../../shared/requests.ts";
import type { Connection } from "./connection.ts";

const PAGE = 500;

/** All jobs that match, page by page. */
export async function listAll(
  daemon: Connection,
  filter: Pick<Params<"list">, "states" | "group">,
): Promise<Job[]> {
  const jobs = new Map<string, Job>();
  for (let skip = 0; ; skip += PAGE) {
    const page = await daemon.request("list", { ...filter, skip, limit: PAGE });
    for (const job of page) jobs.set(job.id, job);
    if (page.length < PAGE) return [...jobs.values()];
  }
}
