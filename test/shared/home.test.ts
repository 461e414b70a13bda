import { chmodSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homeFolder, socketPath } from "../../shared/home.ts";
import { privacyProblem } from "../../shared/private-folder.ts";
import { newHome } from "../support/temporary.ts";

test("a relative path in the environment moves no folder: it would be another in every place", () => {
  expect(homeFolder("data", { XDG_DATA_HOME: "data" })).toBe(join(homedir(), ".local/share/atelier"));
  expect(homeFolder("data", { XDG_DATA_HOME: "/data" })).toBe("/data/atelier");
  expect(socketPath({ XDG_RUNTIME_DIR: "run" })).toBe(socketPath({}));
  expect(socketPath({ XDG_RUNTIME_DIR: "/run/me" })).toBe("/run/me/atelier/daemon.sock");
});

test.skipIf(process.platform === "win32")(
  "a folder that is reached by a link or open to the group is not private",
  () => {
    const folder = newHome();
    const link = join(folder, "link");
    symlinkSync(folder, link);
    expect(privacyProblem(folder)).toBeUndefined();
    expect(privacyProblem(link)?.message).toBe(`${link} must be a folder; remove what is there`);
    chmodSync(folder, 0o710);
    expect(privacyProblem(folder)?.message).toMatch(/chmod 700/);
  },
);
