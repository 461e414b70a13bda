import { connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** A link between clients and a socket that can be made to misbehave. */
export interface Proxy {
  readonly port: number;
  /** Cuts every link without a goodbye. */
  cut(): void;
  /** Lets nothing through any more, in either direction, and says nothing of it: a half-open link. */
  stall(): void;
  /** Cuts every link as soon as so many more bytes have gone towards the socket. */
  cutAfter(bytes: number): void;
  /** From now on so many bytes a second come from the socket. */
  slowDown(bytesPerSecond: number): void;
}

const TICK_MS = 10;

export async function startProxy(target: string): Promise<Proxy> {
  const links = new Set<{ client: Socket; server: Socket }>();
  let allowance = Number.POSITIVE_INFINITY;
  let perTick = Number.POSITIVE_INFINITY;
  const cut = () => {
    for (const { client, server } of links) {
      client.destroy();
      server.destroy();
    }
    links.clear();
  };
  const listener = createServer((client) => {
    const server = connect(target);
    const link = { client, server };
    links.add(link);
    client.on("data", (chunk: Buffer) => {
      const passed = chunk.subarray(0, allowance);
      allowance -= passed.length;
      server.write(passed, () => {
        if (allowance === 0) cut();
      });
    });
    const pass = async (chunk: Buffer) => {
      server.pause();
      for (let rest = chunk; rest.length > 0; rest = rest.subarray(perTick)) {
        client.write(rest.subarray(0, perTick));
        if (rest.length > perTick) await setTimeout(TICK_MS);
      }
      server.resume();
    };
    server.on("data", (chunk: Buffer) => {
      pass(chunk).catch(cut);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => {
        other.destroy();
        links.delete(link);
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    cut();
    listener.close();
  });
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    stall() {
      for (const { client, server } of links) {
        client.pause();
        server.pause();
      }
    },
    cutAfter(bytes) {
      allowance = bytes;
    },
    slowDown(bytesPerSecond) {
      perTick = (bytesPerSecond * TICK_MS) / 1000;
    },
  };
}
