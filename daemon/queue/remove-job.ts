import { isDiskFull } from "./database.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";

/** Deletes a job and its files: the record first, but where a full disk cannot take even that, what takes up room. */
export async function removeJob(book: JobBook, layout: HomeLayout, id: string): Promise<void> {
  try {
    book.remove(id);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    await layout.removeJobFolder(id);
    book.remove(id);
  }
  await layout.removeJobFolder(id);
}
