import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archive } from "../bundle/archive.ts";
import { newHome } from "./support/temporary.ts";

test.skipIf(process.platform !== "linux")(
  "a bundle that is made by somebody with private files can be read by all, and is the same",
  async () => {
    const pack = async (folder: number, text: number, program: number) => {
      const home = newHome();
      mkdirSync(join(home, "bundle"));
      writeFileSync(join(home, "bundle/text"), "a text");
      writeFileSync(join(home, "bundle/program"), "#!/bin/sh\n");
      for (const [name, mode] of Object.entries({ "": folder, text, program }))
        chmodSync(join(home, "bundle", name), mode);
      const file = join(home, "bundle.tar.xz");
      await archive(home, "bundle", file, 0);
      return file;
    };
    const open = await pack(0o775, 0o664, 0o775);
    const listing = execFileSync("tar", ["-tvf", open], { encoding: "utf8" });
    expect(listing.match(/^\S+/gm)).toEqual(["drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"]);
    const closed = await pack(0o700, 0o400, 0o700);
    expect(readFileSync(closed)).toEqual(readFileSync(open));
  },
);
