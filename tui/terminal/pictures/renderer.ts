import type { Area } from "./area.ts";

/** One way to show a picture in a terminal; it knows what it has drawn last. */
export interface PictureRenderer {
  /**
   * What has to be written so that the area shows the picture (a .png or .jpeg, none for an empty area) instead
   * of what was drawn before: pieces that are whole by themselves, so that other text may come between them.
   * `isOverwritten`: nothing of what was drawn is on the screen any more. Throws for what is no picture.
   */
  draw(picture: Buffer | undefined, area: Area, isOverwritten: boolean): Promise<readonly string[]>;
  /** What removes that which would outlive the screen; afterwards nothing counts as drawn. */
  leave(): string;
}

/** About as many characters are written at once; what is typed is answered between them. */
const PIECE_LENGTH = 8192;

/** Joins parts that may stand alone, as many as make a piece. */
export function inPieces(parts: readonly string[]): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const part of parts) {
    if (piece !== "" && piece.length + part.length > PIECE_LENGTH) {
      pieces.push(piece);
      piece = "";
    }
    piece += part;
  }
  return piece === "" ? pieces : [...pieces, piece];
}
