import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { Params } from "../../../shared/requests.ts";
import { addParams, socketOf, startDaemon } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { RawClient } from "../../support/raw-client.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

/** A job whose content is a large square, and how to ask for that as it is. */
async function start(side: number) {
  const folder = temporaryFolder();
  const content = join(folder, "large.png");
  await sharp({ create: { width: side, height: side, channels: 3, background: "#468" } })
    .png()
    .toFile(content);
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--paused"]);
  const client = await daemon.connect();
  const { id: job } = await client.request(
    "add",
    addParams(smallRecipe({ ...(await smallPictures(folder)), content })),
  );
  const wish: Params<"picture"> = {
    job,
    of: "content",
    style: 0,
    iteration: null,
    format: "rgb",
    width: 4096,
  };
  return { client, wish, url: `ws+unix://${socketOf(daemon.home)}:/` };
}

test("a client that asks for many large pictures at once gets all of them, and nobody waits until it reads", async () => {
  const { client, wish, url } = await start(2000);
  const raw = await RawClient.open(url);
  raw.stream.pause();
  const ids = Array.from({ length: 12 }, (_, i) => i);
  for (const id of ids) raw.send({ id, request: "picture", params: wish });
  expect(await client.request("picture", wish)).toMatchObject({ width: 2000, height: 2000 });
  raw.stream.resume();
  for (const id of ids) {
    const { result } = await raw.next(({ answer }) => answer === id);
    expect(result).toMatchObject({ width: 2000, height: 2000 });
  }
}, 30_000);

test("a picture that is larger than what clients take is refused with what to ask for instead", async () => {
  const { client, wish } = await start(4096);
  await expect(client.request("picture", wish)).rejects.toThrow(
    /4096×4096 as rgb are 51 MB, more than the 48 MB .*; take a smaller width, or jpeg/,
  );
  expect(await client.request("picture", { ...wish, format: "jpeg" })).toMatchObject({ width: 4096 });
}, 30_000);
