import sharp from "sharp";
import { expect, test } from "vitest";
import { scalePicture } from "../../../daemon/image/scale.ts";

test("a picture that is larger than what clients take is refused with what to ask for instead", async () => {
  const create = { width: 4096, height: 4096, channels: 3, background: "#468" } as const;
  const picture = await sharp({ create }).jpeg().toBuffer();
  await expect(scalePicture(picture, "rgb", 4096)).rejects.toThrow(
    /^4096×4096 as rgb are 51 MB, more than the 48 MB .*; take a smaller width, or jpeg$/,
  );
  expect(await scalePicture(picture, "jpeg", 4096)).toMatchObject({ width: 4096, height: 4096 });
  expect((await scalePicture(picture, "rgb", 4000)).data).toHaveLength(48e6);
});
