import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { controlsOf } from "../../../shared/controls.ts";
import { findPreset } from "../../../shared/presets.ts";
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import type { WorkerInfo } from "../../../shared/requests.ts";
import { Mirror } from "../../../tui/app/mirror.ts";
import { presentControls } from "../../../tui/app/studio/controls-keys.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { jobOf } from "../../support/jobs.ts";
import { smallRecipe } from "../../support/recipes.ts";

const WORKER: WorkerInfo = {
  id: "onnx/cpu",
  pid: 1,
  engine: "",
  device: "",
  weights: "",
  state: "starting",
  detail: "",
  job: null,
  restarts: 0,
  load: null,
};

interface Exchange {
  readonly request: string | undefined;
  readonly answer: (result: unknown) => void;
  readonly tell: (event: object) => void;
  /** All that is written comes in one breath. */
  readonly together: (write: () => void) => void;
}

interface Said {
  readonly id: number;
  readonly request: string;
  readonly resume: object | null;
}

/** A daemon that says what it is told to; a forgetful one does not know what a client missed. */
async function scriptedDaemon(react: (exchange: Exchange) => void, { isForgetful = false } = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  server.on("connection", (socket) => {
    let sequence = 0;
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    socket.on("message", (data: Buffer) => {
      const { id, request, resume } = JSON.parse(data.toString()) as Partial<Said>;
      const welcome = {
        stream: "s",
        sequence,
        paused: false,
        version: "0",
        replayed: resume !== null && !isForgetful,
      };
      if (id === undefined) return send({ welcome: PROTOCOL_VERSION, ...welcome });
      react({
        request,
        answer: (result) => send({ answer: id, result }),
        tell: (event) => send({ sequence: ++sequence, event }),
        together: (write) => inOnePacket(socket, write),
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  const daemon = new Connection({
    url: `ws://127.0.0.1:${port}`,
    options: {},
    name: "scripted",
    isLocal: true,
  });
  return {
    daemon,
    mirror: new Mirror(daemon),
    cut: () => {
      for (const socket of server.clients) socket.terminate();
    },
    [Symbol.dispose]: () => {
      daemon.close();
      server.close();
    },
  };
}

function inOnePacket(socket: WebSocket, write: () => void): void {
  const { _socket: stream } = socket as unknown as { _socket: { cork(): void; uncork(): void } };
  stream.cork();
  write();
  stream.uncork();
}

test("a change that comes right behind an answer is not overwritten by it", async () => {
  using script = await scriptedDaemon(({ request, answer, tell, together }) => {
    if (request === "list") answer([]);
    if (request === "status")
      together(() => {
        answer({ workers: [WORKER] });
        tell({ event: "worker", worker: { ...WORKER, state: "ready" } });
      });
  });
  const { daemon, mirror } = script;
  daemon.start();
  await expect.poll(() => mirror.snapshot().workers.map(({ state }) => state)).not.toEqual([]);
  // Until the list has come as well.
  await daemon.request("list", { states: null, group: null, skip: 0, limit: 1 });
  expect(mirror.snapshot().workers.map(({ state }) => state)).toEqual(["ready"]);
});

test("a change that comes between the answers of a job's past and its losses stays", async () => {
  const changes = { style: 2 };
  using script = await scriptedDaemon(({ request, answer, tell }) => {
    if (request === "list") answer([]);
    else if (request === "status") answer({ workers: [] });
    else if (request === "show") answer({ job: {}, timeline: [], lastChange: null, checkpoints: [] });
    else if (request === "losses") {
      tell({ event: "changed", id: "one", iteration: 3, changes, lastChange: { iteration: 2, changes } });
      answer([{ iteration: 3, total: 1, terms: {} }]);
    }
  });
  const { daemon, mirror } = script;
  mirror.follow({ jobs: ["one"], width: 80, perSecond: 0 });
  daemon.start();
  await expect.poll(() => mirror.snapshot().details.get("one")?.losses.length).toBe(1);
  const detail = mirror.snapshot().details.get("one");
  expect(detail).toMatchObject({
    lastChange: { iteration: 2, changes },
    timeline: [{ iteration: 3, changes }],
  });
});

test("an undo takes back the losses that came after it, and new ones come in their place", async () => {
  const point = (iteration: number, total = iteration) => ({
    iteration,
    stage: 0,
    seconds: 1,
    total,
    terms: {},
  });
  let isUndone = false;
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => point(i + 1));
  using script = await scriptedDaemon(({ request, answer, tell }) => {
    if (request === "list") answer([]);
    else if (request === "status") {
      answer({ workers: [] });
      if (!isUndone) return;
      tell({ event: "rewound", id: "one", iteration: 10 });
    } else if (request === "show") answer({ job: {}, timeline: [], lastChange: null, checkpoints: [] });
    else if (request === "losses") {
      answer(upTo(isUndone ? 10 : 50));
      const size = { width: 32, height: 21, stage: 0 };
      const progress = {
        ...size,
        stageIteration: 11,
        iteration: 11,
        evaluations: 11,
        loss: 7,
        terms: {},
        seconds: 1,
      };
      if (isUndone) tell({ event: "progress", id: "one", progress, losses: [point(11, 7)] });
    }
  });
  const { daemon, mirror } = script;
  const totals = () => [...(mirror.snapshot().details.get("one")?.losses.curve("total").y ?? [])];
  mirror.follow({ jobs: ["one"], width: 80, perSecond: 0 });
  daemon.start();
  await expect.poll(totals).toHaveLength(50);
  isUndone = true;
  await daemon.request("status", {});
  await expect.poll(totals).toEqual([...upTo(10).map(({ total }) => total), 7]);
});

test("a job that is removed while the list comes is not in it", async () => {
  using script = await scriptedDaemon(({ request, answer, tell, together }) => {
    if (request === "status") answer({ workers: [] });
    if (request === "list")
      together(() => {
        tell({ event: "removed", id: "gone" });
        answer([jobOf("gone"), jobOf("there")]);
      });
  });
  const { daemon, mirror } = script;
  daemon.start();
  await expect.poll(() => mirror.snapshot().jobs.map(({ id }) => id)).toEqual(["there"]);
});

test("a followed job is looked at again when it stops, when it is edited and when the link is back", async () => {
  const asked = new Set<string | undefined>();
  let say: Exchange["tell"] = () => {};
  const running = jobOf("one", { status: { state: "running", since: 0 } });
  using script = await scriptedDaemon(({ request, answer, tell }) => {
    asked.add(request);
    say = tell;
    if (request === "list") answer([running]);
    else if (request === "status") answer({ workers: [] });
    else if (request === "losses") answer([]);
    else if (request === "picture") answer({ data: "", iteration: 1 });
    else if (request === "show") answer({ job: {}, timeline: [], lastChange: null, checkpoints: [] });
  });
  const { daemon, mirror, cut } = script;
  const untilAsked = async (...requests: string[]) =>
    await expect.poll(() => requests.filter((one) => !asked.has(one))).toEqual([]);
  mirror.follow({ jobs: ["one"], width: 80, perSecond: 1 });
  daemon.start();
  await untilAsked("list", "losses", "picture");

  asked.clear();
  const pictures: string[] = [];
  mirror.onPicture = (job) => pictures.push(job);
  say({ event: "job", job: jobOf("one") });
  await untilAsked("show", "picture");
  await expect.poll(() => pictures).toEqual(["one"]);

  asked.clear();
  say({ event: "job", job: jobOf("one", { recipe: { ...running.recipe, seed: 7 } }) });
  await untilAsked("show");

  asked.clear();
  cut();
  await untilAsked("show", "watch", "picture");
  expect(asked).not.toContain("list");
});

test("losses that the next daemon knows nothing of are gone", async () => {
  let known = 50;
  using script = await scriptedDaemon(
    ({ request, answer }) => {
      if (request === "list") answer([]);
      else if (request === "status") answer({ workers: [] });
      else if (request === "show") answer({ job: {}, timeline: [], lastChange: null, checkpoints: [] });
      else if (request === "losses")
        answer(Array.from({ length: known }, (_, i) => ({ iteration: i + 1, total: 1, terms: {} })));
    },
    { isForgetful: true },
  );
  const { daemon, mirror, cut } = script;
  mirror.follow({ jobs: ["one"], width: 80, perSecond: 0 });
  daemon.start();
  await expect.poll(() => mirror.snapshot().details.get("one")?.losses.length).toBe(50);
  known = 10;
  cut();
  await expect.poll(() => mirror.snapshot().details.get("one")?.losses.length).toBe(10);
});

test("a daemon that owes an answer is told of until it comes", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const owed: (() => void)[] = [];
  using script = await scriptedDaemon(({ request, answer }) => {
    if (request === "have") owed.push(() => answer([]));
  });
  const { daemon, mirror } = script;
  daemon.start();
  await expect.poll(() => owed.length).toBe(1);
  expect(mirror.snapshot().link).toMatchObject({ state: "open", latencyMs: undefined });
  vi.advanceTimersByTime(3000);
  expect(mirror.snapshot().link).toMatchObject({ latencyMs: "overdue" });
  for (const pay of owed) pay();
  await expect.poll(() => mirror.snapshot().link).toMatchObject({ latencyMs: expect.any(Number) });
});

test("controls that an edit elsewhere has taken away are no longer shown, whatever the timeline says", () => {
  const recipeOf = (id: string) =>
    smallRecipe({ content: "c.png", style: "s.png" }, { ...findPreset(id)?.method });
  const [before, after] = [recipeOf("gatys"), recipeOf("keras")];
  const gone = controlsOf(before).find(({ name }) => !controlsOf(after).some((one) => one.name === name));
  const timeline = [{ iteration: 0, changes: { [gone?.name ?? ""]: 2 } }];
  const progress = null;
  expect(presentControls({ recipe: after, progress }, timeline)).toEqual(controlsOf(after));
  expect(presentControls({ recipe: before, progress }, timeline)).not.toEqual(controlsOf(before));
});
