import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { download } from "../../../daemon/network/download.ts";
import { setProxy } from "../../../daemon/network/web.ts";
import { normals } from "../../../daemon/random.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const CONTENT = Buffer.from(normals(1, 1, 200_000, 1).buffer);
const MD5 = createHash("md5").update(CONTENT).digest("hex");

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A local server; `answer` handles request number n. Returns its address and the ranges that were asked for. */
async function serve(answer: (n: number, start: number, response: ServerResponse) => void) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { range } = request.headers;
    ranges.push(range);
    answer(ranges.length, Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.h5`, ranges };
}

function sendFrom(start: number, response: ServerResponse, content = CONTENT): void {
  const headers = {
    "content-length": content.length - start,
    "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
  };
  response.writeHead(start > 0 ? 206 : 200, headers).end(content.subarray(start));
}

/** Announces everything, sends a part, and cuts the connection. */
function cutAfter(bytes: number, start: number, response: ServerResponse): void {
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": CONTENT.length - start,
    "content-range": `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`,
  });
  response.write(CONTENT.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 50));
}

let count = 0;
function target(): string {
  return join(folder, `${++count}`, "weights.h5");
}

async function fetchInto(
  file: string,
  url: string,
  received: number[] = [],
  signal = new AbortController().signal,
): Promise<void> {
  await download({ url, file, bytes: CONTENT.length, md5: MD5, signal }, (progress) =>
    received.push(progress.received),
  );
}

describe("download", () => {
  test("brings the file and reports rising progress", async () => {
    const { url } = await serve((_n, start, response) => sendFrom(start, response));
    const [file, received] = [target(), [] as number[]];
    await fetchInto(file, url, received);
    expect(readFileSync(file)).toEqual(CONTENT);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(received.at(-1)).toBe(CONTENT.length);
    expect(existsSync(`${file}.part`)).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("goes on after cuts where it stopped, without asking for a byte twice", async () => {
    const { url, ranges } = await serve((n, start, response) =>
      n <= 2 ? cutAfter(250_000, start, response) : sendFrom(start, response),
    );
    const file = target();
    await fetchInto(file, url);
    expect(readFileSync(file)).toEqual(CONTENT);
    expect(ranges).toEqual([undefined, "bytes=250000-", "bytes=500000-"]);
  });

  test("takes up the part that an earlier process left", async () => {
    const { url, ranges } = await serve((_n, start, response) => sendFrom(start, response));
    const file = target();
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(`${file}.part`, CONTENT.subarray(0, 100_000));
    await fetchInto(file, url);
    expect(readFileSync(file)).toEqual(CONTENT);
    expect(ranges).toEqual(["bytes=100000-"]);
  });

  test("starts anew when the server knows no ranges", async () => {
    const { url } = await serve((n, start, response) =>
      n === 1 ? cutAfter(300_000, start, response) : sendFrom(0, response),
    );
    const file = target();
    await fetchInto(file, url);
    expect(readFileSync(file)).toEqual(CONTENT);
  });

  test("does nothing when the file is there and right", async () => {
    const { url, ranges } = await serve((_n, start, response) => sendFrom(start, response));
    const file = target();
    await fetchInto(file, url);
    await fetchInto(file, url);
    expect(ranges).toHaveLength(1);
  });

  test("refuses wrong bytes, says both hashes, and leaves nothing behind", async () => {
    const wrong = Buffer.from(CONTENT);
    wrong[77] = (wrong[77] as number) ^ 1;
    const { url } = await serve((_n, start, response) => sendFrom(start, response, wrong));
    const file = target();
    await expect(fetchInto(file, url)).rejects.toThrow(
      new RegExp(`not the expected file: .* expected 800000 with ${MD5}`),
    );
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  });

  test("stops a server that sends more than was announced", async () => {
    const { url } = await serve((_n, _start, response) =>
      response.writeHead(200).end(Buffer.concat([CONTENT, CONTENT])),
    );
    await expect(fetchInto(target(), url)).rejects.toThrow(/sends more than the expected 800000 bytes/);
  });

  test.each([
    ["a login's page", 200, {}],
    ["a piece of another file", 206, { "content-range": "bytes 100000-100004/100005" }],
  ])("%s takes no place of what is there already", async (_what, status, headers) => {
    const { url, ranges } = await serve((_n, _start, response) =>
      response.writeHead(status, { "content-length": 5, ...headers }).end("login"),
    );
    const file = target();
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(`${file}.part`, CONTENT.subarray(0, 100_000));
    await expect(fetchInto(file, url)).rejects.toThrow(
      /sends \d+ bytes, expected 800000; it is another file/,
    );
    expect(statSync(`${file}.part`).size).toBe(100_000);
    expect(ranges).toHaveLength(1);
  });

  test("an answer of unknown length takes no place of what is there already", async () => {
    const { url, ranges } = await serve((_n, _start, response) => {
      response.write("login");
      response.end();
    });
    const file = target();
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(`${file}.part`, CONTENT.subarray(0, 100_000));
    await expect(fetchInto(file, url)).rejects.toThrow(
      /neither goes on .* delete .*weights\.h5\.part to start anew/,
    );
    expect(statSync(`${file}.part`).size).toBe(100_000);
    expect(ranges).toHaveLength(1);
  });

  test.each([404, 403])("an answer of %i is final", async (status) => {
    const { url, ranges } = await serve((_n, _start, response) => response.writeHead(status).end());
    await expect(fetchInto(target(), url)).rejects.toThrow(new RegExp(`answered ${status}`));
    expect(ranges).toHaveLength(1);
  });

  test("an answer of 503 is tried again", async () => {
    const { url } = await serve((n, start, response) =>
      n === 1 ? response.writeHead(503).end() : sendFrom(start, response),
    );
    const file = target();
    await fetchInto(file, url);
    expect(readFileSync(file)).toEqual(CONTENT);
  });

  test("a full disk is named as that", async () => {
    const { url } = await serve((_n, start, response) => sendFrom(start, response));
    const file = target();
    mkdirSync(join(file, ".."), { recursive: true });
    symlinkSync("/dev/full", `${file}.part`);
    await expect(fetchInto(file, url)).rejects.toThrow(/weights\.h5\.part: the disk is full/);
  });

  test("a second one at the same time is told so and leaves the first alone, whose lock is free then", async () => {
    const file = target();
    const received: (() => void)[] = [];
    const { url } = await serve((_n, start, response) => {
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(CONTENT.subarray(start, 100_000));
      received.push(() => response.end(CONTENT.subarray(100_000)));
    });
    const first = fetchInto(file, url);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    await expect(fetchInto(file, url)).rejects.toThrow(`another process downloads ${file}; try again`);
    received[0]?.();
    await first;
    expect(readFileSync(file)).toEqual(CONTENT);
    rmSync(file);
    const again = fetchInto(file, url);
    await vi.waitFor(() => expect(received).toHaveLength(2));
    received[1]?.();
    await again;
  });

  test("stopped by the person, it keeps what it has", async () => {
    const stop = new AbortController();
    const { url } = await serve((_n, start, response) => {
      cutAfter(400_000, start, response);
      setTimeout(() => stop.abort(), 30);
    });
    const file = target();
    await expect(fetchInto(file, url, [], stop.signal)).rejects.toThrow(/run the command again to go on/);
    expect(existsSync(`${file}.part`)).toBe(true);
  });

  test("stopped while it waits for the next attempt, it says how to go on", async () => {
    const stop = new AbortController();
    const { url } = await serve((_n, _start, response) => {
      response.writeHead(503).end();
      response.on("close", () => setTimeout(() => stop.abort(), 100));
    });
    await expect(fetchInto(target(), url, [], stop.signal)).rejects.toThrow(/run the command again to go on/);
  });

  describe("the proxy of the environment", () => {
    afterEach(() => vi.unstubAllEnvs());

    test("is taken, by what asks while it is set", async () => {
      const { url } = await serve((_n, start, response) => sendFrom(start, response));
      const proxy = createServer();
      let asked = "";
      proxy.on("connect", ({ url: to = "" }, socket: Socket) => {
        asked = to;
        const own = connect(Number(to.split(":")[1]), "127.0.0.1");
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(own).pipe(socket);
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      closers.push(() => proxy.close());
      vi.stubEnv("NO_PROXY", "");
      vi.stubEnv("http_proxy", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
      const file = target();
      await fetchInto(file, url.replace("127.0.0.1", "weights.invalid"));
      expect(readFileSync(file)).toEqual(CONTENT);
      vi.stubEnv("http_proxy", "");
      await fetchInto(target(), url);
      expect(asked).toMatch(/^weights\.invalid:\d+$/);
    });

    test("is told of where Node knows no way to take it, as its earlier versions", () => {
      vi.stubEnv("http_proxy", "http://127.0.0.1:3128");
      expect(() => setProxy({})).toThrow(/^Node v\S+ cannot use the proxy of the environment; take a newer/);
    });

    test.each(["proxy.invalid:3128", "http://me:secret@", "socks5://me:secret@127.0.0.1:1080"])(
      "is refused without its password where it is %s",
      async (proxy) => {
        vi.stubEnv("http_proxy", proxy);
        await expect(fetchInto(target(), "http://weights.invalid/")).rejects.toThrow(
          /^the proxy of the environment cannot be used; HTTP_PROXY and HTTPS_PROXY take http:\/\/HOST:PORT$/,
        );
      },
    );
  });

  test("nobody listening is an error that says what else can be done", async () => {
    const { url } = await serve(() => {});
    closers.pop()?.();
    await expect(fetchInto(target(), url)).rejects.toThrow(/atelier weights import/);
  }, 30_000);
});
