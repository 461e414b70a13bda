import { messageOf } from "../../shared/errors.ts";
import { printNote } from "./print.ts";

/** Shows a picture file in the terminal, as well as that terminal can; elsewhere does nothing. */
export async function showPicture(file: string): Promise<void> {
  if (!process.stderr.isTTY || process.env["TERM"] === "dumb" || process.env["NO_COLOR"]) return;
  try {
    const { terminalImage } = await import("./pictures/terminal-image.ts");
    process.stderr.write(`${await terminalImage.file(file, { width: "80%", height: "70%" })}\n`);
  } catch (error) {
    printNote(`cannot show ${file} in this terminal: ${messageOf(error)}`);
  }
}
