import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadToken } from "../../../daemon/server/access.ts";
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import { resolveAddress } from "../../../tui/client/address.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { addressOf, type DaemonProcess, socketOf, startDaemon } from "../../support/daemon.ts";
import { RawClient, upgradeStatus } from "../../support/raw-client.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();

/** A daemon that also listens on a port of its own choice. */
async function listening(...args: string[]): Promise<{ daemon: DaemonProcess; port: number; token: string }> {
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--listen", "127.0.0.1:0", ...args]);
  const client = await daemon.connect();
  let port = 0;
  while (port === 0) {
    const { text } = await client.request("log", { job: null, offset: 0 });
    port = Number(/"port":(\d+)/.exec(text)?.[1] ?? 0);
  }
  const token = readFileSync(join(daemon.home, "data/token"), "utf8").trim();
  return { daemon, port, token };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Status and body of a plain HTTP request. */
async function get(options: { port?: number; socketPath?: string; path: string; headers?: object }) {
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", ...options, headers: { host: "localhost", ...options.headers } },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    asked.on("error", reject);
    asked.end();
  });
}

describe("over TCP", () => {
  test("only the right token opens the door", async () => {
    const { daemon, port, token } = await listening();
    const url = `ws://127.0.0.1:${port}`;
    expect(await upgradeStatus(url)).toBe(401);
    const other = token.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    for (const wrong of ["", "x", other, `${token}0`, token.slice(1), token.toUpperCase()])
      expect(await upgradeStatus(url, { headers: bearer(wrong) }), wrong).toBe(401);
    expect(await upgradeStatus(url, { headers: bearer(token) })).toBe(101);
    expect(statSync(join(daemon.home, "data/token")).mode & 0o777).toBe(0o600);
  });

  test("who is refused is let go, though it does not close", async () => {
    const { port } = await listening();
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const closed = once(socket, "end");
    socket.write(
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    socket.resume();
    await closed;
    // What is written to a socket that the other end has left altogether breaks.
    const broken = once(socket, "error");
    while (!socket.destroyed && socket.errored === null) {
      socket.write("still here");
      await setTimeout(20);
    }
    expect(String((await broken)[0])).toMatch(/EPIPE|ECONNRESET/);
  });

  test("a browser and a foreign name are refused, even with the token", async () => {
    const { port, token } = await listening("--host", "studio.example");
    const url = `ws://127.0.0.1:${port}`;
    const headers = bearer(token);
    expect(await upgradeStatus(url, { headers, origin: "http://127.0.0.1" })).toBe(403);
    expect(await upgradeStatus(url, { headers: { ...headers, host: "evil.example" } })).toBe(403);
    for (const host of ["studio.example", "Studio.Example:7777", "localhost", "[::1]:80", "10.0.0.7"])
      expect(await upgradeStatus(url, { headers: { ...headers, host } }), host).toBe(101);
  });

  test("a client with the token file works", async () => {
    const { daemon, port } = await listening();
    const client = new Connection(
      resolveAddress({ connect: `127.0.0.1:${port}`, tokenFile: join(daemon.home, "data/token") }),
    );
    await client.open();
    expect((await client.request("status", {})).pid).toBe(daemon.pid);
    client.close();
  });

  test("metrics are for those with the token, and nothing else is there", async () => {
    const { daemon, port, token } = await listening();
    expect((await get({ port, path: "/metrics" })).status).toBe(401);
    const { status, body } = await get({ port, path: "/metrics", headers: bearer(token) });
    expect(status).toBe(200);
    expect(body).toMatch(/^atelier_jobs\{state="queued"\} 0$/m);
    expect(body).toMatch(/^atelier_clients 1$/m);
    const onSocket = await get({ socketPath: socketOf(daemon.home), path: "/metrics" });
    expect(onSocket.body).toMatch(/^atelier_worker_restarts 0$/m);
    expect((await get({ port, path: "/other", headers: bearer(token) })).status).toBe(404);
  });

  test("an address that others can reach needs encryption, or a word that it does not", async () => {
    const home = newHome();
    await expect(startDaemon(home, ["--listen", "0.0.0.0:0"])).rejects.toThrow(
      /--tls-cert and --tls-key, .*--insecure-remote/,
    );
    await expect(startDaemon(home, ["--listen", "0.0.0.0:0", "--insecure-remote"])).resolves.toBeDefined();
  });

  test("a name that only looks like an address of this machine needs encryption too", async () => {
    const listens = startDaemon(newHome(), ["--listen", "127.example.com:0"]);
    await expect(listens).rejects.toThrow("127.example.com can be reached from other machines");
  });

  test("a token that others could read is closed to them, and one that could be guessed refused", () => {
    const file = join(newHome(), "token");
    writeFileSync(file, "0".repeat(32), { mode: 0o644 });
    expect(loadToken(file)).toBe("0".repeat(32));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, "0".repeat(31));
    expect(() => loadToken(file)).toThrow(
      `${file}: the token is shorter than 32 characters; delete the file`,
    );
  });

  test("who asks for encryption where there is none is told so", async () => {
    const { daemon, port } = await listening();
    const at = { connect: `wss://127.0.0.1:${port}`, tokenFile: join(daemon.home, "data/token") };
    await expect(new Connection(resolveAddress(at)).open()).rejects.toThrow(/speaks no TLS; .* ws:\/\//);
  });

  const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
  test.skipIf(!hasOpenssl)("with a certificate the link is encrypted and checked", async () => {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    execFileSync(
      "openssl",
      [
        ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext".split(" "),
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        cert,
      ],
      { stdio: "ignore" },
    );
    const { daemon, port } = await listening("--tls-cert", cert, "--tls-key", key);
    const at = { connect: `wss://127.0.0.1:${port}`, tokenFile: join(daemon.home, "data/token") };
    const client = new Connection(resolveAddress({ ...at, ca: cert }));
    await client.open();
    expect((await client.request("status", {})).pid).toBe(daemon.pid);
    client.close();
    await expect(new Connection(resolveAddress(at)).open()).rejects.toThrow(
      /nobody that this machine trusts signed its certificate; .* --ca FILE/,
    );
    const plain = { ...at, connect: `ws://127.0.0.1:${port}` };
    await expect(new Connection(resolveAddress(plain)).open()).rejects.toThrow(/it hung up; .* wss:\/\//);
  });
});

describe("over the socket", () => {
  test("a browser is refused here too", async () => {
    const daemon = await startDaemon(newHome());
    const url = `ws+unix://${socketOf(daemon.home)}:/`;
    expect(await upgradeStatus(url, { origin: "http://localhost" })).toBe(403);
    expect(await upgradeStatus(url)).toBe(101);
  });

  test("it is its owner's alone, as its folder has to be", async () => {
    const home = newHome();
    const daemon = await startDaemon(home);
    expect(statSync(socketOf(home)).mode & 0o777).toBe(0o600);
    await daemon.end();
    chmodSync(dirname(socketOf(home)), 0o755);
    await expect(startDaemon(home)).rejects.toThrow("must be a folder of yours alone; run: chmod 700");
  });

  test("what is in its place is not taken for what a daemon left", async () => {
    const home = newHome();
    const place = socketOf(home);
    mkdirSync(dirname(place), { mode: 0o700 });
    writeFileSync(place, "");
    await expect(startDaemon(home)).rejects.toThrow(`${place} is no socket; remove it`);
    rmSync(place);
    const other = createServer((socket) => socket.destroy());
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(place, resolve));
    await expect(startDaemon(home)).rejects.toThrow(`another program listens on ${place}`);
    expect(other.listening && existsSync(place)).toBe(true);
  });

  test("one that a logout took away is made again, and who was there stays", async () => {
    const daemon = await startDaemon(newHome());
    const client = await RawClient.open(`ws+unix://${socketOf(daemon.home)}:/`);
    rmSync(dirname(socketOf(daemon.home)), { recursive: true });
    await expect
      .poll(async () => await daemon.connect().catch(() => undefined), { timeout: 20_000 })
      .toBeDefined();
    expect(statSync(socketOf(daemon.home)).mode & 0o777).toBe(0o600);
    expect(await client.ask("status", {})).toHaveProperty("result.pid", daemon.pid);
    expect(await daemon.end()).toBe(0);
  });

  test("one that went with the daemon's home is not made in another's, and the daemon ends", async () => {
    const daemon = await startDaemon(newHome());
    const ended = once(daemon.child, "exit");
    renameSync(daemon.home, join(newHome(), "moved"));
    mkdirSync(join(daemon.home, "data/logs"), { recursive: true });
    expect(await ended).toEqual([0, null]);
    expect(existsSync(socketOf(daemon.home))).toBe(false);
    const log = readFileSync(join(daemon.home, "data/logs/daemon.log"), "utf8");
    expect(log).toContain(`ending: its home ${join(daemon.home, "data")} was deleted, moved or replaced`);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)("another user cannot reach it (needs root to try)", async () => {
    // The way there is open, so that it is the socket's own folder that keeps others out.
    chmodSync(folder, 0o755);
    const daemon = await startDaemon(newHome());
    const script = `require("node:net").connect(${JSON.stringify(socketOf(daemon.home))})
      .on("connect", () => console.log("in")).on("error", ({ code }) => console.log(code))`;
    const tried = spawnSync(process.execPath, ["-e", script], { uid: 65_534, gid: 65_534 });
    const said = tried.stdout.toString().trim();
    // Where the program itself is out of that user's reach, it is refused all the same.
    expect(tried.error === undefined ? said : "EACCES").toBe("EACCES");
  });

  test.each([
    ["that others may enter", 0o755, undefined, "must be a folder of yours alone; run: chmod 700"],
    ["of somebody else (needs root to try)", 0o700, 65534, "belongs to somebody else; set XDG_RUNTIME_DIR"],
  ])("who listens in a folder %s is not trusted", async (_name, mode, owner, problem) => {
    if (owner !== undefined && !isRoot) return;
    const home = newHome();
    const place = dirname(socketOf(home));
    mkdirSync(place);
    let links = 0;
    const stranger = createServer((socket) => {
      links++;
      socket.destroy();
    });
    onTestFinished(() => void stranger.close());
    await new Promise<void>((resolve) => stranger.listen(socketOf(home), resolve));
    chmodSync(place, mode);
    if (owner !== undefined) chownSync(place, owner, owner);
    const daemon = new Connection(addressOf(home));
    await expect(daemon.open()).rejects.toThrow(`${place} ${problem}`);
    expect(links).toBe(0);
  });

  test("a client of another version is told which side to upgrade", async () => {
    const daemon = await startDaemon(newHome());
    for (const [version, side] of [
      [PROTOCOL_VERSION - 1, "client"],
      [PROTOCOL_VERSION + 1, "daemon"],
    ] as const) {
      const client = await RawClient.connect(`ws+unix://${socketOf(daemon.home)}:/`);
      // It may have more to say than this version knows.
      client.send({ hello: version, resume: null, features: ["more"] });
      const { error } = await client.next((frame) => "error" in frame);
      expect(error).toMatchObject({
        code: "version",
        message: expect.stringContaining(`upgrade the ${side}`),
      });
      expect(await client.closed).toBe(1002);
    }
  });
});
