import { WebSocket } from "ws";
import { UserError } from "../../shared/errors.ts";
import type { Address } from "./address.ts";
import { socketProblem } from "./link-problems.ts";

/** Ends a daemon that speaks another version of the protocol: the little that this takes is in all of them. */
export async function shutDownOther(address: Address, version: number): Promise<void> {
  const socket = new WebSocket(address.url, {
    ...address.options,
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("open", () => {
        socket.send(JSON.stringify({ hello: version, resume: null }));
        socket.send(JSON.stringify({ id: 1, request: "shutdown", params: {} }));
      });
      socket.on("message", (data: Buffer) => {
        const { answer, error } = JSON.parse(data.toString()) as Answer;
        if (error !== undefined) reject(new UserError(error.message));
        else if (answer !== undefined) resolve();
      });
      socket.on("error", (error) => reject(socketProblem(error, address)));
      socket.on("close", () => resolve());
    });
  } finally {
    socket.terminate();
  }
}

interface Answer {
  readonly answer?: number | null;
  readonly error?: { readonly message: string };
}
