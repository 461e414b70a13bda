/**
 * A program that takes the screen, sets every mode that such programs use, and leaves in the way that its first
 * argument says. Its process is written to the file of the second.
 */
import { writeFileSync } from "node:fs";
import { takeScreen } from "../../tui/terminal/restore.ts";

const [, , way = "", file = ""] = process.argv;
const screen = takeScreen();
process.stdout.write(
  [1000, 1002, 1003, 1004, 1006, 2004].map((mode) => `\u001B[?${mode}h`).join("") +
    "\u001B[>1u\u001B[?2026h\u001B[31mtaken",
);
writeFileSync(file, String(process.pid));
// Something that would go on for ever, as a connection does.
setInterval(() => {}, 1000);

switch (way) {
  case "return":
    screen.give();
    process.exitCode = 0;
    process.exit();
    break;
  case "throw":
    setTimeout(() => {
      throw new Error("thrown on purpose");
    }, 10);
    break;
  case "rejection":
    setTimeout(() => void Promise.reject(new Error("rejected on purpose")), 10);
    break;
  case "exit":
    setTimeout(() => process.exit(3), 10);
    break;
  case "in the middle of a sequence":
    process.stdout.write("\u001B_Gi=1,m=1;AAAA");
    setTimeout(() => process.exit(4), 10);
    break;
}
