import { render } from "ink";
import { UserError } from "../../shared/errors.ts";
import { type AddressOptions, resolveAddress } from "../client/address.ts";
import { Connection } from "../client/connection.ts";
import { takeScreen } from "../terminal/restore.ts";
import { App } from "./app.tsx";
import { Mirror } from "./mirror.ts";
import { PictureBoard } from "./picture-board.ts";
import { readSettings } from "./settings.ts";

/** Opens the terminal interface and resolves when the person leaves it. */
export async function openApp(options: AddressOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UserError("this is no terminal; for scripts there are the commands: atelier --help");
  const settings = readSettings();
  const daemon = new Connection(resolveAddress(options));
  const mirror = new Mirror(daemon);
  const pictures = new PictureBoard(process.stdout);
  const giveBack = takeScreen();
  const app = render(<App mirror={mirror} pictures={pictures} settings={settings} isUnicode />, {
    exitOnCtrlC: false,
    incrementalRendering: true,
    interactive: true,
    patchConsole: false,
  });
  daemon.start();
  try {
    await app.waitUntilExit();
  } finally {
    daemon.close();
    giveBack();
  }
}
