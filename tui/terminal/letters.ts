const SEGMENTER = new Intl.Segmenter();

/** What people see as single letters, which may be several code points. */
export function lettersOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}
