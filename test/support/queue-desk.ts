/** A queue of one worker for each test of the file that imports this, and what is asked of it. */
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { addParams } from "./daemon.ts";
import { smallPictures } from "./pictures.ts";
import { QueueSystem } from "./queue-system.ts";
import { smallRecipe } from "./recipes.ts";
import { temporaryFolder } from "./temporary.ts";

export const folder = temporaryFolder();
export let pictures: { content: string; style: string };
export let system: QueueSystem;

beforeAll(async () => {
  pictures = await smallPictures(folder);
});
beforeEach(() => {
  system = new QueueSystem(folder, 1);
});
afterEach(async () => {
  await system.queue.close();
  system.close();
});

type Rest = Parameters<typeof addParams>[1];

export const recipe = () => smallRecipe(pictures, { size: 32, iterations: 300 });
export const add = async (rest: Rest = {}): Promise<Job> => await system.queue.add(addParams(recipe(), rest));
export const isAtWork = async (id: string) =>
  await vi.waitFor(() => expect([...system.working.values()]).toContain(id));
export const begun = async (rest: Rest = {}): Promise<string> => {
  const { id } = await add(rest);
  await isAtWork(id);
  return id;
};
export const shown = (job: string) => system.queue.records.show({ job });
export const set = async (job: string, changes: Record<string, number>) =>
  await system.queue.steering.set({ job, changes });
export const undo = async (job: string) => await system.queue.steering.undo({ job });
