import { join } from "node:path";
import { makeFolder } from "../../shared/make-folder.ts";
import { drawLandscape, drawPainting } from "../demo/pictures.ts";
import { writeDurably } from "../files/durable-write.ts";
import { encodePicture } from "../image/encode.ts";

/** Draws the demo's photo and painting into a folder, which is made when it is not there. */
export async function drawDemoPictures(folder: string): Promise<{ content: string; style: string }> {
  await makeFolder(folder);
  const files = { content: join(folder, "landscape.png"), style: join(folder, "painting.png") };
  await writeDurably(
    files.content,
    await encodePicture(drawLandscape(), files.content, { drawn: "landscape" }),
  );
  await writeDurably(files.style, await encodePicture(drawPainting(), files.style, { drawn: "painting" }));
  return files;
}
