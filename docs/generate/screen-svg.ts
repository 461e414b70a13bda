import type { IBufferCell, Terminal } from "@xterm/headless";
import sharp from "sharp";

const [CELL_WIDTH, CELL_HEIGHT, FONT_SIZE] = [8, 17, 13.3];
const [BACKGROUND, FOREGROUND] = ["#16181d", "#d8dbe2"];
/** The 16 colours of the terminal's palette. */
const PALETTE =
  "#1c1f26 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #c8ccd4 #6b7280 #ff7b86 #b0dd92 #ffd68a #7cc4ff #dd91f2 #6fd3df #ffffff".split(
    " ",
  );
const LOWER_HALF = "▄";

interface Run {
  text: string;
  readonly start: number;
  readonly colour: string;
  readonly background: string;
  readonly isBold: boolean;
}

/** A screen as an SVG: text as text, half-block pictures as one small image over it. */
export async function screenToSvg(terminal: Terminal, title: string): Promise<string> {
  const { cols, rows } = terminal;
  const pixels = Buffer.alloc(cols * rows * 2 * 4);
  const parts: string[] = [];
  for (let y = 0; y < rows; y++)
    for (const { text, start, colour, background, isBold } of runsOf(terminal, y, pixels)) {
      const [x, width] = [start * CELL_WIDTH, cellsOf(text) * CELL_WIDTH];
      if (background !== BACKGROUND)
        parts.push(
          `<rect x="${x}" y="${y * CELL_HEIGHT}" width="${width}" height="${CELL_HEIGHT}" fill="${background}"/>`,
        );
      if (text.trim() !== "")
        parts.push(
          `<text x="${x}" y="${y * CELL_HEIGHT + 13}" textLength="${width}" fill="${colour}"${isBold ? ' font-weight="bold"' : ""}>${escapeXml(text)}</text>`,
        );
    }
  const [width, height] = [cols * CELL_WIDTH, rows * CELL_HEIGHT];
  const image = await sharp(pixels, { raw: { width: cols, height: rows * 2, channels: 4 } })
    .png()
    .toBuffer();
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 ${width + 16} ${height + 16}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" xml:space="preserve">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect x="-8" y="-8" width="${width + 16}" height="${height + 16}" rx="6" fill="${BACKGROUND}"/>`,
    ...parts,
    `<image width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${image.toString("base64")}"/>`,
    "</svg>",
    "",
  ].join("\n");
}

/** Neighbouring cells that look alike; cells of pictures go into the pixels instead. */
function runsOf(terminal: Terminal, y: number, pixels: Buffer): Run[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.viewportY + y);
  const runs: Run[] = [];
  for (let x = 0; x < terminal.cols; x++) {
    const cell = line?.getCell(x);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const isInverse = cell.isInverse() !== 0;
    const [front, back] = [colourOf(cell, "Fg") ?? FOREGROUND, colourOf(cell, "Bg") ?? BACKGROUND];
    const [colour, background] = isInverse ? [back, front] : [front, back];
    if (cell.getChars() === LOWER_HALF && cell.isFgRGB()) {
      setPixel(pixels, terminal.cols, x, 2 * y, background);
      setPixel(pixels, terminal.cols, x, 2 * y + 1, colour);
      continue;
    }
    const isBold = cell.isBold() !== 0;
    const last = runs.at(-1);
    const text = cell.getChars() || " ";
    const isSame = last?.colour === colour && last.background === background && last.isBold === isBold;
    if (last !== undefined && isSame && last.start + cellsOf(last.text) === x) last.text += text;
    else runs.push({ text, start: x, colour, background, isBold });
  }
  return runs;
}

/** Nothing on these screens is wider than a cell. */
function cellsOf(text: string): number {
  return Array.from(text).length;
}

function colourOf(cell: IBufferCell, side: "Fg" | "Bg"): string | undefined {
  const colour = side === "Fg" ? cell.getFgColor() : cell.getBgColor();
  if (side === "Fg" ? cell.isFgRGB() : cell.isBgRGB()) return `#${colour.toString(16).padStart(6, "0")}`;
  return (side === "Fg" ? cell.isFgPalette() : cell.isBgPalette()) ? PALETTE[colour] : undefined;
}

function setPixel(pixels: Buffer, columns: number, x: number, y: number, colour: string): void {
  pixels.writeUInt32BE(Number.parseInt(`${colour.slice(1)}ff`, 16), 4 * (y * columns + x));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
