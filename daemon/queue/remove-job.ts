import { isDiskFull } from "./database.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";

/**
 * Deletes a job and its files: the record first, but where a full disk cannot take even that, what takes up room.
 * `check` throws where the job must not go, and is asked right before the record does.
 */
export async function removeJob(
  book: JobBook,
  layout: HomeLayout,
  id: string,
  check: () => void,
): Promise<void> {
  check();
  try {
    book.remove(id);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    await layout.removeJobFolder(id);
    check();
    book.remove(id);
  }
  await layout.removeJobFolder(id);
}
