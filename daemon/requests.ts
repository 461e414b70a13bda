import { join } from "node:path";
import { DAEMON_LOG, JOB_LOG } from "../shared/home.ts";
import type { Params, RequestName, Result } from "../shared/requests.ts";
import { readLog } from "./logs.ts";
import type { HomeLayout } from "./queue/layout.ts";
import type { Queue } from "./queue/queue.ts";

type Handlers<C> = {
  [N in RequestName]: (
    params: Params<N>,
    key: string | undefined,
    client: C,
  ) => Result<N> | Promise<Result<N>>;
};

export interface RequestContext<C> {
  readonly queue: Queue;
  readonly layout: HomeLayout;
  readonly status: () => Result<"status">;
  readonly watch: (client: C, params: Params<"watch">) => void;
  readonly shutdown: () => void;
}

/** How each request of the protocol is carried out. */
export function createHandlers<C>({
  queue,
  layout,
  status,
  watch,
  shutdown,
}: RequestContext<C>): Handlers<C> {
  return {
    status,
    add: async (params, key) => await queue.add(params, key),
    estimate: async ({ recipe }) => await queue.admission.estimate(recipe),
    have: async (params) => await queue.have(params),
    upload: async (params) => await queue.upload(params),
    list: (params) => queue.records.list(params),
    show: (params) => queue.records.show(params),
    losses: (params) => queue.records.losses(params),
    pause: async (params) => await queue.pause(params),
    resume: (params) => queue.resume(params),
    cancel: async (params) => await queue.cancel(params),
    retry: (params) => queue.retry(params),
    remove: async (params) => await queue.remove(params),
    move: (params) => queue.move(params),
    prioritise: (params) => queue.prioritise(params),
    edit: async (params) => await queue.edit(params),
    set: async (params) => await queue.steering.set(params),
    undo: async (params) => await queue.steering.undo(params),
    branch: async (params, key) => await queue.steering.branch(params, key),
    watch: ({ job, ...wish }, _key, client) => {
      watch(client, { ...wish, job: queue.records.idOf(job) });
      return {};
    },
    picture: async (params) => await queue.gallery.picture(params),
    read: async (params) => await queue.gallery.read(params),
    log: async ({ job, offset }) =>
      await readLog(
        job === null
          ? join(layout.data, "logs", DAEMON_LOG)
          : join(layout.jobFolder(queue.records.idOf(job)), JOB_LOG),
        offset,
      ),
    prune: async (params) => await queue.prune(params),
    shutdown: () => {
      shutdown();
      return {};
    },
  };
}
