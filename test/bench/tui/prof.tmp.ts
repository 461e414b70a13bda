import { mkdtempSync } from "node:fs";
import { smallPictures } from "../../support/pictures.ts";
import { lineOf } from "./figure.ts";
import { measureMany } from "./many.tmp.ts";
const folder = mkdtempSync("/tmp/prof-");
for (const f of await measureMany(folder, await smallPictures(folder, 320))) console.log(lineOf(f));
process.exit(0);
