import { messageOf, UserError } from "../../shared/errors.ts";
import { capabilitiesFrom } from "./capabilities.ts";
import { printNote } from "./print.ts";
import { thumbnailOf } from "./thumbnail.ts";

/** More than any terminal shows of it; the rest need not go over the line. */
const LARGEST_WIDTH = 1600;

/** Whether pictures can be printed on a stream at all. */
export function showsPictures(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && capabilitiesFrom({ env: process.env }).pictures !== "none";
}

/** Shows a picture file in the terminal, as well as that terminal can; elsewhere does nothing. */
export async function showPicture(file: string): Promise<void> {
  if (!showsPictures(process.stderr)) return;
  try {
    await printPicture(file, process.stderr);
  } catch (error) {
    printNote(messageOf(error));
  }
}

/** Prints a picture, a file or its bytes, after what was printed before. */
export async function printPicture(picture: string | Buffer, stream: NodeJS.WriteStream): Promise<void> {
  try {
    const { terminalImage } = await import("./pictures/terminal-image.ts");
    const small = await thumbnailOf(picture, LARGEST_WIDTH);
    stream.write(`${await terminalImage.buffer(small, { width: "80%", height: "70%" })}\n`);
  } catch (error) {
    const what = typeof picture === "string" ? picture : "the picture";
    throw new UserError(`cannot show ${what} in this terminal: ${messageOf(error)}`);
  }
}
