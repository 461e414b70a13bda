import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\n -~]+$/;

test.each([{ LANG: "C" }, { LANG: "de_DE.UTF-8", LC_ALL: "POSIX" }])(
  "commands write ASCII alone where the locale is not UTF-8, but data as it is: %o",
  async (locale) => {
    const home = newHome();
    const client = await (await startDaemon(home, ["--paused", "--weights", "untrained"])).connect();
    const { content, style } = await smallPictures(home);
    const photo = join(home, "Büro.png");
    renameSync(content, photo);
    const { id } = await client.request(
      "add",
      addParams(smallRecipe({ content: photo, style }, { size: 32 })),
    );
    const short = ["--size", "32", "--stages", "24:1,32:1", "--weights", "untrained", "--out", "x.png"];
    const said = async (...args: string[]) => {
      const { stdout, stderr } = await atelier(args, home, { ...locale, TERM: "xterm" });
      return stdout + stderr;
    };
    for (const [args, words] of [
      [["list"], /32x21 +B\?ro x painting/],
      [["show", id], /32pxx6/],
      [["presets"], /pooling \| content/],
      [["run", "--help"], /SIZE:ITERATIONS,~/],
      [["run", "--stages", "a"], /'--content <file>'/],
      [["run", "--content", photo, "--style", style, ...short], /24pxx1 > 32pxx1/],
      [["run", "--content", "Büro", "--style", style, ...short], /B\?ro: there is no such file/],
    ] as const) {
      const text = await said(...args);
      expect(text, args.join(" ")).toMatch(ASCII);
      expect(text).toMatch(words);
    }
    expect(await said("show", id, "--json")).toContain("Büro.png");
  },
);
