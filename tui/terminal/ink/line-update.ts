const [START, ERASE] = ["\u001B[G", "\u001B[K"];

/**
 * A changed line is written as a whole. Ink's own module leaves its unchanged beginning on the screen, and finding that
 * takes as long as all else that a key has to wait for.
 */
export default function lineUpdate(_previous: string, next: string): string {
  return START + ERASE + next;
}
