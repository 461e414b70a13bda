import { constants, setPriority } from "node:os";
import { expect } from "vitest";
import { computingPlace } from "./computing.ts";

// Beside files that wait for screens and daemons, whose workers give way as well.
if (computingPlace(expect.getState().testPath ?? "") !== undefined)
  setPriority(constants.priority.PRIORITY_LOW);
