import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../../shared/jobs.ts";
import { decodePictureFrame, type PictureFrame } from "../../../shared/picture-frame.ts";
import { MAX_FRAME_BYTES } from "../../../shared/protocol.ts";
import type { Connection } from "../../../tui/client/connection.ts";
import { addParams, socketOf, startDaemon, untilJob } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { RawClient } from "../../support/raw-client.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

async function start(...args: string[]) {
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", ...args]);
  const url = `ws+unix://${socketOf(daemon.home)}:/`;
  return { daemon, client: await daemon.connect(), url };
}

/** The daemon has forgotten every client but the one that asks. */
async function untilAlone(client: Connection): Promise<void> {
  while ((await client.request("status", {})).clients > 1) await setTimeout(10);
}

const quick = (seed = 0) => addParams(smallRecipe(pictures, { size: 32, iterations: 2, seed }));

describe("a link that breaks", () => {
  test("a request that is sent again under its key adds no second job, also after the daemon was killed", async () => {
    const { daemon, client, url } = await start("--paused");
    const key = "0123456789abcdef";
    const first = await RawClient.open(url);
    first.send({ id: 1, key, request: "add", params: quick() });
    first.terminate();
    const second = await RawClient.open(url);
    const { result } = await second.ask("add", quick(), 7, key);
    const again = await second.ask("add", quick(), 8, key);
    expect((again["result"] as Job).id).toBe((result as Job).id);
    expect(await client.request("list", { states: null, group: null, skip: 0, limit: 9 })).toHaveLength(1);
    await daemon.kill();
    const next = await startDaemon(daemon.home, ["--paused"]);
    const third = await RawClient.open(`ws+unix://${socketOf(next.home)}:/`);
    expect(((await third.ask("add", quick(), 1, key))["result"] as Job).id).toBe((result as Job).id);
  });

  test("a change that is sent again under its key is made once", async () => {
    const { client, url } = await start("--paused");
    const { id } = await client.request("add", quick());
    const raw = await RawClient.open(url);
    const change = { job: id, changes: { style: 2 } };
    await raw.ask("set", change, 1, "abcdefgh12");
    await raw.ask("set", change, 2, "abcdefgh12");
    expect((await client.request("show", { job: id })).timeline).toHaveLength(1);
  });

  test("a change that a daemon may have made before it was killed is not asked of the next one", async () => {
    const { daemon, client } = await start("--paused");
    const { id } = await client.request("add", quick());
    process.kill(daemon.pid, "SIGSTOP");
    const moved = client.request("move", { job: id, to: "up" });
    const listed = client.request("list", { states: null, group: null, skip: 0, limit: 10 });
    await daemon.kill();
    await startDaemon(daemon.home);
    await expect(moved).rejects.toThrow(/the daemon ended before it answered to "move"; look whether/);
    expect((await listed).map((job) => job.id)).toEqual([id]);
  });

  test("who comes back gets exactly what was missed, or is told to ask anew", async () => {
    const { client, url } = await start("--paused");
    const before = await RawClient.open(url);
    const { stream, sequence } = before.frames[0] as { stream: string; sequence: number };
    before.terminate();
    const ids = [];
    for (const seed of [1, 2, 3]) ids.push((await client.request("add", quick(seed))).id);
    const back = await RawClient.open(url, { stream, after: sequence });
    expect(back.frames[0]).toMatchObject({ replayed: true });
    for (const [i, id] of ids.entries())
      expect(await back.next((frame) => "event" in frame)).toMatchObject({
        sequence: sequence + i + 1,
        event: { event: "job", job: { id } },
      });
    for (const resume of [
      { stream: "another", after: 0 },
      { stream, after: 1e9 },
    ])
      expect((await RawClient.open(url, resume)).frames[0]).toMatchObject({ replayed: false });
  });

  test("who missed megabytes gets them all", async () => {
    const { client, url } = await start("--paused");
    // A job whose events are almost 60 kB long.
    const styles = Array.from({ length: 15 }, (_, i) => ({ file: `${"x".repeat(3900)}${i}`, weight: 1 }));
    const sha256 = (await client.request("add", quick())).recipe.styles[0]?.sha256;
    const recipe = smallRecipe(pictures, { styles: styles.map((style) => ({ ...style, sha256 })) });
    const { id } = await client.request("add", addParams(recipe));
    const before = await RawClient.open(url);
    const { stream, sequence } = before.frames[0] as { stream: string; sequence: number };
    before.terminate();
    for (let priority = 1; priority <= 120; priority++)
      await client.request("prioritise", { job: id, priority });
    const back = await RawClient.open(url, { stream, after: sequence });
    expect(back.frames[0]).toMatchObject({ replayed: true });
    const missed = [];
    while (missed.length < 120) missed.push((await back.next((frame) => "event" in frame))["sequence"]);
    expect(missed).toEqual(Array.from({ length: 120 }, (_, i) => sequence + i + 1));
  });
});

describe("frames that no proper client sends", () => {
  test.each([
    ["text that is no JSON", "{", 1007],
    ["no hello", JSON.stringify({ id: 1, request: "status", params: {} }), 1002],
    ["bytes", Buffer.from([1, 2, 3]), 1003],
    ["a frame that is too long", "x".repeat(MAX_FRAME_BYTES + 1), 1009],
    ["a hundred thousand brackets", "[".repeat(100_000), 1007],
  ] as const)("%s: closed with a code, and the daemon goes on", async (_name, frame, code) => {
    const { client, url } = await start();
    const raw = await RawClient.connect(url);
    raw.socket.send(frame);
    expect(await raw.closed).toBe(code);
    await untilAlone(client);
  });

  test("a request of wrong shape is answered with what is wrong with it", async () => {
    const { url } = await start();
    const raw = await RawClient.open(url);
    const wrong: readonly [unknown, RegExp][] = [
      [{ id: 1, request: "status", params: { extra: 1 } }, /does not know "extra"/],
      [{ id: 2, request: "dance", params: {} }, /request/],
      [{ id: 3, request: "show", params: { job: 5 } }, /job: expected a text, got 5/],
      [
        { id: 4, request: "move", params: { job: "a", to: "left" } },
        /to: expected "top", .* or "bottom", got "left"/,
      ],
      [{ id: -1, request: "status", params: {} }, /id/],
      [
        {
          id: 5,
          request: "list",
          params: { states: Array.from({ length: 9 }, () => "x"), group: null, skip: 0, limit: 1 },
        },
        /states: expected at most 6 of them, got 9$/,
      ],
      [
        { id: 6, request: "have", params: { sha256: Array.from({ length: 30 }, () => 1) } },
        /sha256\.19: expected a text, got 1; 10 more$/,
      ],
    ];
    for (const [frame, message] of wrong) {
      raw.send(frame);
      expect(await raw.next((one) => "error" in one)).toMatchObject({
        error: { code: "malformed", message: expect.stringMatching(message) },
      });
    }
    expect(await raw.ask("status", {}, 9)).toMatchObject({ answer: 9, result: { paused: false } });
    // As JSON says it, a field like any other.
    raw.socket.send('{"id":10,"request":"set","params":{"job":"a","changes":{"style":2,"__proto__":1}}}');
    expect(await raw.next(({ answer }) => answer === 10)).toMatchObject({
      error: { code: "malformed", message: 'set: changes: nothing has the name "__proto__"' },
    });
    for (let i = 0; i < 9; i++) raw.send({});
    expect(await raw.closed).toBe(1008);
  });

  test("who says nothing at all is let go, a client or not", async () => {
    const { client, url, daemon } = await start();
    const stranger = connect(socketOf(daemon.home)).resume();
    const raw = await RawClient.connect(url);
    await Promise.all([expect(raw.closed).resolves.toBe(1002), once(stranger, "close")]);
    await untilAlone(client);
  }, 30_000);
});

describe("pictures over the link", () => {
  test("uploaded in pieces, they make a job whose files are not on the daemon's machine", async () => {
    const { client } = await start();
    const upload = async (file: string, piece: number) => {
      const bytes = readFileSync(file);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      for (let offset = 0; offset < bytes.length; offset += piece)
        await client.request("upload", {
          sha256,
          total: bytes.length,
          offset,
          data: bytes.subarray(offset, offset + piece).toString("base64"),
        });
      return sha256;
    };
    const [content, style] = [await upload(pictures.content, 1000), await upload(pictures.style, 5000)];
    const other = "0".repeat(64);
    expect(await client.request("have", { sha256: [content, other] })).toEqual({ missing: [other] });
    const recipe = smallRecipe(
      { content: "far-away.png", style: "farther.png" },
      { size: 32, iterations: 2 },
    );
    const { id } = await client.request(
      "add",
      addParams({
        ...recipe,
        content: { file: "far-away.png", sha256: content },
        styles: [{ file: "farther.png", sha256: style, weight: 1 }],
      }),
    );
    expect((await untilJob(client, id)).status.state).toBe("done");
  });

  test("one that two clients send at once arrives, wherever each of them is", async () => {
    const { daemon, client } = await start("--paused");
    const other = await daemon.connect();
    const bytes = randomBytes(30_000);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const send = async (from: typeof client, piece: number) => {
      for (let offset = 0; offset < bytes.length; ) {
        const data = bytes.subarray(offset, offset + piece).toString("base64");
        ({ received: offset } = await from.request("upload", { sha256, total: bytes.length, offset, data }));
      }
    };
    await Promise.all([send(client, 700), send(other, 1100), send(client, 400)]);
    expect(await client.request("have", { sha256: [sha256] })).toEqual({ missing: [] });
  });

  test("pieces out of order or with another hash are refused", async () => {
    const { client } = await start("--paused");
    const piece = { sha256: "1".repeat(64), total: 6, offset: 0, data: "AAAA" };
    await expect(client.request("upload", { ...piece, offset: 3 })).rejects.toThrow(/expected one at 0/);
    await client.request("upload", piece);
    await expect(client.request("upload", { ...piece, offset: 3 })).rejects.toThrow(/do not add up/);
    await client.request("upload", piece);
    await expect(client.request("upload", { ...piece, offset: 3, data: "AAAAAAAA" })).rejects.toThrow(
      /longer than the announced total/,
    );
    await expect(client.request("upload", { ...piece, total: 9 })).rejects.toThrow(/announced with 6 bytes/);
  });

  test("previews come in the format and width that were asked for, no more often than that", async () => {
    const { client } = await start();
    const { id } = await client.request(
      "add",
      addParams(smallRecipe(pictures, { size: 64, iterations: 100_000 })),
    );
    for (const format of ["jpeg", "png", "rgb"] as const) {
      const seen: { picture: PictureFrame; at: number }[] = [];
      const three = new Promise<void>((resolve) => {
        const look = (picture: PictureFrame) => {
          if (picture.format !== format) return;
          seen.push({ picture, at: performance.now() });
          if (seen.length < 3) return;
          client.off("picture", look);
          resolve();
        };
        client.on("picture", look);
      });
      await client.request("watch", { job: id, format, width: 24, perSecond: 4 });
      await three;
      const [{ picture, at }, , last] = seen as [(typeof seen)[0], (typeof seen)[0], (typeof seen)[0]];
      expect(picture).toMatchObject({ job: id, width: 24, height: 16 });
      const raw = { width: 24, height: 16, channels: 3 } as const;
      const decoded = sharp(picture.data, format === "rgb" ? { raw } : {}).raw();
      expect(await decoded.toBuffer()).toHaveLength(24 * 16 * 3);
      // Two waits of 250 ms, less what the way may take off.
      expect(last.at - at).toBeGreaterThan(200);
    }
    await client.request("watch", { job: id, format: "rgb", width: 24, perSecond: 0 });
    expect(() => decodePictureFrame(Buffer.from([1, 9, 0, 0]))).toThrow(RangeError);
  });
});
