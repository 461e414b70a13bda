import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  helloSchema,
  PROTOCOL_VERSION,
  requestSchema,
  serverFrameSchema,
  versionIn,
  versionRefusal,
} from "../../shared/protocol.ts";
import { REQUESTS } from "../../shared/requests.ts";

/** All that goes over the link, in short, and the version that it was given. */
const PINNED = { version: 5, hash: "817be7142a1a6000" };

/** Without its words, which nobody but people reads. */
function shapeOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, {
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      delete jsonSchema.description;
    },
  });
}

test("no change of what goes over the link goes unnoticed", () => {
  const all = [
    ...[helloSchema, requestSchema, serverFrameSchema].map(shapeOf),
    ...Object.entries(REQUESTS).map(([name, { params, result }]) => [name, shapeOf(params), shapeOf(result)]),
  ];
  const hash = createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
  expect(
    { version: PROTOCOL_VERSION, hash },
    "what goes over the link has changed: where an older peer would not understand it, or would be refused, raise PROTOCOL_VERSION; then put version and hash into PINNED",
  ).toEqual(PINNED);
});

test("a client reads the daemon's version from its refusal", () => {
  expect(versionIn(versionRefusal(1))).toBe(PROTOCOL_VERSION);
});
