/** `npm run docs`: writes the pages that derive from the code. With `--check` it only says whether they are current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keysPage } from "./generate/keys-page.ts";
import { protocolPage } from "./generate/protocol-page.ts";
import { recipePage } from "./generate/recipe-page.ts";

const PAGES = { "recipe.md": recipePage, "protocol.md": protocolPage, "keys.md": keysPage };

for (const [name, page] of Object.entries(PAGES)) {
  const file = join(import.meta.dirname, name);
  if (!process.argv.includes("--check")) writeFileSync(file, page());
  else if (readFileSync(file, "utf8") !== page()) {
    process.stderr.write(`docs/${name} is out of date; run: npm run docs\n`);
    process.exitCode = 1;
  }
}
