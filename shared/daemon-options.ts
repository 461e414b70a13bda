import { UsageError } from "./errors.ts";

/** What a daemon tells the process that starts it. */
export type StartMessage = { readonly ready: true } | { readonly error: string; readonly isUsage: boolean };

/** The options of the daemon; `atelier up` takes the same and hands them on. */
export const DAEMON_OPTIONS = {
  foreground: { type: "boolean", meaning: "stay in this terminal and show the log" },
  paused: { type: "boolean", meaning: "come up without starting jobs; go on with: atelier resume --queue" },
  weights: { type: "string", meaning: "VGG16 filters: a file, or: untrained (default: the stored file)" },
  device: {
    type: "string",
    meaning: "devices to own, such as cpu, gpu or cuda:0,cuda:1 (default: the fastest that works)",
  },
  engine: { type: "string", meaning: "use this engine's devices only" },
  threads: {
    type: "string",
    meaning: "CPU threads of each worker (default: all cores, shared among the workers on the CPU)",
  },
  "device-retry": {
    type: "string",
    default: "30",
    meaning: "seconds until a device that does not work is tried again, then ever later",
  },
  "checkpoint-seconds": { type: "string", default: "30", meaning: "seconds between checkpoints" },
  "worker-silence": {
    type: "string",
    default: "30",
    meaning: "seconds of silence after which a worker is restarted",
  },
  "iteration-limit": {
    type: "string",
    meaning:
      "seconds after which an iteration that does not end has its worker restarted (default: minutes, by the picture's size)",
  },
  hook: {
    type: "string",
    meaning: "a program to run when a job is done or failed; gets it as JSON on stdin",
  },
  listen: { type: "string", meaning: "also listen on HOST:PORT, for clients with the token" },
  "insecure-remote": {
    type: "boolean",
    meaning: "listen on an address that others can reach, without encryption",
  },
  "tls-cert": { type: "string", meaning: "certificate (PEM) to encrypt with" },
  "tls-key": { type: "string", meaning: "its key (PEM)" },
  host: {
    type: "string",
    multiple: true,
    meaning: "a name by which clients call this machine; repeat for several",
  },
} as const satisfies Record<
  string,
  { type: "boolean" | "string"; multiple?: boolean; default?: string; meaning: string }
>;

/** `HOST:PORT`, with IPv6 hosts in brackets. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535)
    throw new UsageError(`"${text}": expected HOST:PORT such as 127.0.0.1:7777`);
  return { host, port };
}
