import { DIACRITICS } from "../../tui/terminal/pictures/kitty-diacritics.ts";

/** A size in cells. */
export interface Placement {
  readonly columns: number;
  readonly rows: number;
}

/** What kitty's graphics commands in a stream of bytes left in the terminal. */
export interface KittyState {
  /** Files by the ids of the images that were transmitted and not deleted. */
  readonly images: ReadonlyMap<number, Buffer>;
  /** Virtual placements by image. */
  readonly placements: ReadonlyMap<number, Placement>;
  /** How often a picture was transmitted. */
  readonly transmissions: number;
}

/** Carries out the commands as the protocol says; throws for one that a terminal would refuse or answer to. */
export function readKittyStream(raw: string): KittyState {
  const images = new Map<number, Buffer>();
  const placements = new Map<number, Placement>();
  let transmissions = 0;
  let begun: { id: number; data: string } | undefined;
  for (const [, control = "", data = ""] of raw.matchAll(/\p{Cc}_G([^;\p{Cc}]*)(?:;(\P{Cc}*))?\p{Cc}\\/gu)) {
    const keys = new Map(control.split(",").map((pair) => pair.split("=", 2) as [string, string]));
    const id = Number(keys.get("i"));
    const action = keys.get("a");
    if (action === "q") continue;
    if (keys.get("q") !== "2") throw new Error(`a command that is answered: ${control}`);
    if (data.length > 4096) throw new Error(`a chunk of ${data.length} characters`);
    if (begun !== undefined && action !== undefined) throw new Error(`${control} within a picture`);
    if (action === "p") {
      if (!images.has(id) || keys.get("U") !== "1") throw new Error(`no such image: ${control}`);
      placements.set(id, { columns: Number(keys.get("c")), rows: Number(keys.get("r")) });
    } else if (action === "d") {
      images.delete(id);
      placements.delete(id);
    } else {
      if (action === "t") begun = { id, data: "" };
      if (begun === undefined) throw new Error(`a chunk of no picture: ${control}`);
      begun.data += data;
      if (keys.get("m") === "0") {
        images.set(begun.id, Buffer.from(begun.data, "base64"));
        transmissions++;
        begun = undefined;
      }
    }
  }
  return { images, placements, transmissions };
}

/** Placements by the low byte of the image's id, which is what cells have for a colour. */
export function byColour({ placements }: KittyState): Map<number, Placement> {
  return new Map([...placements].map(([id, placement]) => [id % 256, placement]));
}

/** What placeholders there are on a screen, by colour; throws where they do not make up a whole picture. */
export function placeholdersOn(
  cells: readonly (readonly { readonly text: string; readonly colour: number | undefined }[])[],
): Map<number, Placement> {
  const lines = new Map<number, { left: number; columns: number }[]>();
  for (const row of cells)
    for (const [x, { text, colour = -1 }] of row.entries()) {
      const [first, rowMark, columnMark, highMark] = Array.from(text);
      if (first !== "\u{10EEEE}") continue;
      const line = lines.get(colour)?.at(-1);
      if (rowMark !== undefined) {
        const all = lines.get(colour) ?? [];
        if (DIACRITICS.indexOf(rowMark) !== all.length || columnMark !== DIACRITICS[0] || !highMark)
          throw new Error(`cell ${x} of line ${all.length} says it is another`);
        lines.set(colour, [...all, { left: x, columns: 1 }]);
      } else if (line !== undefined && x === line.left + line.columns) line.columns++;
      else throw new Error(`cell ${x} goes on from nothing`);
    }
  return new Map(
    [...lines].map(([colour, all]) => {
      const { left, columns } = all[0] ?? { left: 0, columns: 0 };
      if (all.some((line) => line.left !== left || line.columns !== columns))
        throw new Error(`the lines of picture ${colour} are not one below the other`);
      return [colour, { columns, rows: all.length }];
    }),
  );
}
