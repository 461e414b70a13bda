import { once } from "node:events";
import { chmodSync, existsSync, lstatSync, rmSync } from "node:fs";
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { codeOf, messageOf, UserError } from "../../shared/errors.ts";
import { makeFolderSync } from "../../shared/make-folder.ts";
import { privacyProblem } from "../../shared/private-folder.ts";
import { type DaemonEvent, MAX_FRAME_BYTES } from "../../shared/protocol.ts";
import { type Access, refusal } from "./access.ts";
import { Client, type ClientOptions } from "./client.ts";
import { EventLog } from "./events.ts";

export const PING_MS = 15_000;
export const MAX_CLIENTS = 512;
/** Whoever does not get on with what is to make a client of it is let go. */
const SILENCE_MS = 10_000;
/** The socket is looked for so often. */
const SOCKET_WATCH_MS = 1000;
/** Whoever does not answer the goodbye is not waited for. */
const GOODBYE_MS = 500;

export interface ServerOptions extends Pick<ClientOptions, "handle" | "explain" | "welcome"> {
  readonly onLeave: (client: Client) => void;
  /** A connection could not be taken. */
  readonly onError: (error: Error) => void;
  /** Answers GET /metrics. */
  readonly metrics: () => Promise<string>;
}

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** All connections, whichever way they came in. */
export class Server {
  readonly #log = new EventLog();
  readonly #clients = new Set<Client>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  readonly #servers = new Set<HttpServer>();
  readonly #options: ServerOptions;
  readonly #pings: NodeJS.Timeout;
  #onSocket: HttpServer | undefined;
  #socketWatch: NodeJS.Timeout | undefined;
  #droppedPreviews = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#pings = setInterval(() => {
      for (const client of this.#clients) client.ping();
    }, PING_MS);
    this.#pings.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  get droppedPreviews(): number {
    return this.#droppedPreviews;
  }

  broadcast(event: DaemonEvent): void {
    const frame = this.#log.add(event);
    for (const client of this.#clients) client.sendEvent(frame);
  }

  sendPreview(client: Client, frame: Buffer): void {
    if (!client.sendPreview(frame)) this.#droppedPreviews++;
  }

  /**
   * Listens on a Unix socket in a folder that only its owner may enter. Where the socket goes while the daemon stays, as
   * when a logout clears the user's runtime folder, it is made again as soon as it can be, until `isOver`, which is
   * asked each time, says that nobody shall come any more.
   */
  async listenOnSocket(path: string, isOver: () => boolean = () => false): Promise<void> {
    await this.#openSocket(path);
    let isBusy = false;
    this.#socketWatch = setInterval(() => {
      if (isBusy || isOver() || existsSync(path)) return;
      isBusy = true;
      this.#openSocket(path)
        // It is tried again: the folder may not be there before the next login.
        .catch(() => {})
        .finally(() => {
          isBusy = false;
        });
    }, SOCKET_WATCH_MS);
    this.#socketWatch.unref();
  }

  async #openSocket(path: string): Promise<void> {
    // Its clients stay.
    this.#onSocket?.close();
    const folder = dirname(path);
    makeFolderSync(folder, 0o700);
    const problem = privacyProblem(folder);
    if (problem !== undefined) throw problem;
    await removeStaleSocket(path);
    const server = createServer();
    await this.#listen(server, { kind: "socket" }, () => server.listen(path));
    this.#onSocket = server;
    chmodSync(path, 0o600);
  }

  async listenOnTcp(host: string, port: number, access: Access, tls: Tls | undefined): Promise<number> {
    const server =
      tls === undefined ? createServer() : createTlsServer({ ...tls, handshakeTimeout: SILENCE_MS });
    try {
      await this.#listen(server, access, (one) => one.listen(port, host));
    } catch (error) {
      throw new UserError(
        `cannot listen on ${host}:${port}: ${codeOf(error) === "EADDRINUSE" ? "another program does" : messageOf(error)}`,
      );
    }
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    clearInterval(this.#socketWatch);
    for (const client of this.#clients) client.close(1001, "the daemon ends");
    await Promise.all(
      [...this.#servers].map(async (server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        setTimeout(() => {
          for (const client of this.#clients) client.terminate();
          server.closeAllConnections();
        }, GOODBYE_MS).unref();
        await closed;
      }),
    );
  }

  async #listen(server: HttpServer, access: Access, start: (server: HttpServer) => void): Promise<void> {
    server.requestTimeout = SILENCE_MS;
    server.headersTimeout = SILENCE_MS;
    // The two above begin with the first byte: who sends none would keep a place for ever.
    server.timeout = SILENCE_MS;
    // Those that have not said who they are count as well.
    server.maxConnections = 2 * MAX_CLIENTS;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const status = refusal(request, access);
      if (status !== undefined) response.writeHead(status).end();
      else if (request.url !== "/metrics" || request.method !== "GET") response.writeHead(404).end();
      else
        this.#options.metrics().then(
          (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text),
          () => response.writeHead(500).end(),
        );
    });
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head, access));
    start(server);
    // Throws where it fails; later errors are of single connections, and end nothing.
    await once(server, "listening");
    server.on("error", this.#options.onError);
    this.#servers.add(server);
    server.on("close", () => this.#servers.delete(server));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, access: Access): void {
    socket.on("error", () => socket.destroy());
    const status = refusal(request, access) ?? (this.#clients.size >= MAX_CLIENTS ? 503 : undefined);
    if (status !== undefined) {
      // All of it: a peer that does not close would hold the half that is left.
      const answer = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
      socket.end(answer, () => socket.destroy());
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client: Client = new Client(webSocket, {
        ...this.#options,
        log: this.#log,
        onClose: () => {
          this.#clients.delete(client);
          this.#options.onLeave(client);
        },
      });
      this.#clients.add(client);
    });
  }
}

/** Removes a socket that nobody listens on any more; the home's lock already proved that no daemon does. */
async function removeStaleSocket(path: string): Promise<void> {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return;
  if (!info.isSocket()) throw new UserError(`${path} is no socket; remove it`);
  const isAnswered = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
  if (isAnswered) throw new UserError(`another program listens on ${path}`);
  rmSync(path, { force: true });
}
