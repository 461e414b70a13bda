import { constants, setPriority } from "node:os";
import { expect } from "vitest";
import { COMPUTING } from "./computing.ts";

// Beside files that wait for screens and daemons, whose workers give way as well.
if (COMPUTING.test(expect.getState().testPath ?? "")) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
