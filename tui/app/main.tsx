import { render } from "ink";
import { UserError } from "../../shared/errors.ts";
import { type AddressOptions, resolveAddress } from "../client/address.ts";
import { Connection } from "../client/connection.ts";
import { takeScreen } from "../terminal/restore.ts";
import { Mirror } from "./mirror.ts";
import { PictureBand } from "./picture-band.ts";
import { Studio } from "./studio.tsx";

/** Opens the terminal interface and resolves when the person leaves it. */
export async function openApp(options: AddressOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UserError("this is no terminal; for scripts there are the commands: atelier --help");
  const daemon = new Connection(resolveAddress(options));
  const mirror = new Mirror(daemon);
  const band = new PictureBand(process.stdout);
  mirror.onPicture = (slot, picture) => band.show(slot, Buffer.from(picture));
  const giveBack = takeScreen();
  const app = render(<Studio mirror={mirror} band={band} />, {
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
