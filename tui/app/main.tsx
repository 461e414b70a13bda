import { render, useApp, useInput, useStdout } from "ink";
import { useEffect } from "react";
import { PictureScreen } from "../terminal/pictures/picture-screen.ts";
import { screenOutput } from "../terminal/screen-output.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { useColours } from "../terminal/use-colours.ts";
import { App } from "./app.tsx";
import type { Mirror } from "./mirror.ts";
import { MOUSE_ON } from "./mouse.ts";
import { PictureBoard } from "./picture-board.ts";
import type { Settings } from "./settings.ts";

/** Asks the terminal whether it is well: once it answers, it has taken in all that was sent before. */
const DSR = "\u001B[5n";
const DSR_ANSWER = /\[0n$/;
/** A picture's next piece follows after so long even if no answer comes. */
const ANSWER_MS = 2000;

/** Opens the terminal interface and resolves when the person leaves it. */
export async function openApp(mirror: Mirror, terminal: Terminal, settings: Settings): Promise<void> {
  const { screen, input } = terminal;
  const capabilities = await terminal.capabilities;
  useColours(capabilities.colours);
  const pictures = new PictureScreen(process.stdout, capabilities, async () => {
    if (capabilities.answers) await input.ask(() => process.stdout.write(DSR), DSR_ANSWER, ANSWER_MS);
  });
  const board = new PictureBoard(pictures);
  const app = render(
    <>
      <ScreenKeeper terminal={terminal} pictures={pictures} hasMouse={settings.mouse} />
      <App
        mirror={mirror}
        pictures={board}
        settings={settings}
        isUnicode={capabilities.isUnicode}
        background={capabilities.background}
      />
    </>,
    {
      stdin: input as unknown as NodeJS.ReadStream,
      stdout: screenOutput(process.stdout, screen, capabilities.isUnicode),
      exitOnCtrlC: false,
      incrementalRendering: true,
      interactive: true,
      patchConsole: false,
      maxFps: 60,
    },
  );
  try {
    await app.waitUntilExit();
  } finally {
    await pictures.close();
  }
}

const CLEAR = "\u001B[2J\u001B[H";
/** A resize comes as many. */
const RESIZED_MS = 50;

interface ScreenKeeperProps {
  readonly terminal: Terminal;
  readonly pictures: PictureScreen;
  readonly hasMouse: boolean;
}

/** Lets go of the screen for Ctrl+Z, and draws all anew where the terminal may have changed what is on it. */
function ScreenKeeper({ terminal, pictures, hasMouse }: ScreenKeeperProps) {
  const { screen, input } = terminal;
  const { suspendTerminal } = useApp();
  const { stdout, write } = useStdout();
  useInput((text, key) => {
    if (key.ctrl && text === "z") void screen.stop();
  });
  useEffect(() => {
    let resumeText = async () => {};
    // It is off again with all else whenever the screen is given back.
    const reportMouse = () => hasMouse && stdout.write(MOUSE_ON);
    reportMouse();
    pictures.onRepaint = () => write(CLEAR);
    screen.user = {
      leave() {
        input.settle();
        return pictures.leave();
      },
      async pause() {
        await pictures.pause();
        const suspension = await suspendTerminal();
        resumeText = suspension.resume;
        await new Promise<void>((resolve) => stdout.write("", () => resolve()));
      },
      async resume() {
        await resumeText();
        reportMouse();
        pictures.resume();
      },
    };
    let timer: NodeJS.Timeout | undefined;
    const repaint = () => {
      clearTimeout(timer);
      timer = setTimeout(() => pictures.repaint(), RESIZED_MS);
    };
    stdout.on("resize", repaint);
    return () => {
      stdout.off("resize", repaint);
      clearTimeout(timer);
      pictures.onRepaint = () => {};
    };
  }, [screen, input, pictures, hasMouse, suspendTerminal, stdout, write]);
  return null;
}
