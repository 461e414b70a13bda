import { expect, test } from "vitest";
import { decodePictureFrame, encodePictureFrame } from "../../shared/picture-frame.ts";

test("a picture is read from its frame as it was put there, and from no part of one", () => {
  const picture = { job: "abcdefgh", iteration: 2 ** 32 - 1, format: "rgb", width: 4096, height: 1 } as const;
  const frame = encodePictureFrame({ ...picture, data: Buffer.from([1, 2, 3]) });
  expect(decodePictureFrame(frame)).toEqual({ ...picture, data: Buffer.from([1, 2, 3]) });
  for (const bytes of [0, 1, 9, 17])
    expect(() => decodePictureFrame(frame.subarray(0, bytes))).toThrow(RangeError);
  frame[1] = 3;
  expect(() => decodePictureFrame(frame)).toThrow("not a picture frame");
});
