import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { drawLandscape, drawPainting } from "../demo/pictures.ts";
import { writeDurably } from "../files/durable-write.ts";
import { encodePicture } from "../image/encode.ts";
import { readRecipeText } from "../image/recipe-metadata.ts";

const PHOTO = { name: "landscape.png", draw: drawLandscape, recipe: { drawn: "landscape" } } as const;
const PAINTING = { name: "painting.png", draw: drawPainting, recipe: { drawn: "painting" } } as const;

export interface DemoFiles {
  readonly content: string;
  readonly style: string;
  /** Where the picture made of the two is to go. */
  readonly result: string;
}

/** Draws the demo's photo and painting into a folder, which is made when it is not there. Nobody else's are written over. */
export async function drawDemoPictures(folder: string): Promise<DemoFiles> {
  await makeFolder(folder);
  const result = join(folder, "result.png");
  for (const { name, recipe } of [PHOTO, PAINTING])
    await refuseForeign(join(folder, name), (text) => text === JSON.stringify(recipe));
  await refuseForeign(result, (text) => [PHOTO, PAINTING].every(({ name }) => text.includes(`${name}"`)));
  for (const { name, draw, recipe } of [PHOTO, PAINTING])
    await writeDurably(join(folder, name), await encodePicture(draw(), name, recipe));
  return { content: join(folder, PHOTO.name), style: join(folder, PAINTING.name), result };
}

/** Throws where there is a file of that name without a recipe that is the demo's own. */
async function refuseForeign(file: string, isOwn: (recipe: string) => boolean): Promise<void> {
  if (!existsSync(file)) return;
  const recipe = await readRecipeText(await readFile(file)).catch(() => undefined);
  if (recipe === undefined || !isOwn(recipe))
    throw new UserError(`${file} is there and is not the demo's; name another folder with --folder`);
}
