import cliTruncate from "cli-truncate";
import { Box, Text } from "ink";
import stringWidth from "string-width";
import type { DeviceLoad, WorkerInfo } from "../../../shared/requests.ts";
import { NO_DAEMON } from "../../client/connection.ts";
import { formatPace } from "../../terminal/progress-text.ts";
import { hintsFor, type KeyMap, keysOf, type Place } from "../keys.ts";
import type { MirrorState } from "../mirror.ts";
import { useShell } from "../shell.ts";

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
}

/** What works on what, and whether the link holds. */
export function TitleLine({ place }: Pick<BottomLineProps, "place">) {
  const { state, keys, columns, theme, glyphs } = useShell();
  const { link, paused } = state;
  const pausedText = paused ? `queue paused${glyphs.separator}` : "";
  const room = columns - stringWidth(`Atelier ${pausedText}`);
  return (
    <Box width={columns} height={1}>
      <Text wrap="truncate">
        <Text bold color={theme.accent}>
          Atelier{" "}
        </Text>
        {link.state === "lost" && (
          <Text color={theme.error}>{`${lostText(link, keys, place(), room)} `}</Text>
        )}
        {link.state === "connecting" && <Text color={theme.warning}>connecting… </Text>}
        {paused && <Text color={theme.warning}>{pausedText}</Text>}
        {link.state === "open" && <Text color={theme.dim}>{titleText(state, glyphs.separator, room)}</Text>}
      </Text>
    </Box>
  );
}

/** Why there is no link, and the key that helps where there is one; in short where there is little room. */
function lostText(
  { reason, wasOpen }: Extract<MirrorState["link"], { state: "lost" }>,
  keys: KeyMap,
  place: Place,
  room: number,
): string {
  if (reason !== NO_DAEMON) return wasOpen ? `link lost, trying again: ${reason}` : reason;
  const [[start], [palette]] = [keysOf(keys, "startDaemon", place), keysOf(keys, "palette", place)];
  const remedy =
    start !== undefined
      ? `${start} starts one`
      : palette !== undefined
        ? `${palette} finds what starts one`
        : "atelier up starts one";
  const long = `${wasOpen ? "link lost: " : ""}no daemon is running here: ${remedy}`;
  return stringWidth(long) < room ? long : `no daemon: ${remedy}`;
}

/** In long where there is room, else in short; in the end the version and then the link are left out. */
function titleText(state: MirrorState, separator: string, room: number): string {
  const { link, workers } = state;
  const [latency, version] = link.state === "open" ? [link.latencyMs, `v${link.version}`] : [];
  const about = (who: readonly string[], delay: string) => [
    ...who,
    ...speedText(state),
    ...(latency === undefined ? [] : [`${delay}≤ ${latency} ms`]),
    ...(version === undefined ? [] : [version]),
  ];
  const fits = (parts: readonly string[]) => stringWidth(parts.join(separator)) <= room;
  const long = about(workers.map(workerText), "link ");
  const short = fits(long) ? long : about([shortWorkersText(workers)], "");
  while (short.length > 1 && !fits(short)) short.pop();
  return short.join(separator);
}

function workerText({ id, state, detail, engine, device, weights, load }: WorkerInfo): string {
  if (state !== "ready") return `worker ${id} ${state} ${detail}`.trim();
  return [`${engine} on ${device}`, nameOfWeights(weights), ...loadText(load)].join(", ");
}

/** Several are counted; of one what it is called, without its model and threads. */
function shortWorkersText(workers: readonly WorkerInfo[]): string {
  const ready = workers.filter(({ state }) => state === "ready");
  const [only] = ready;
  if (workers.length > 1 || only === undefined)
    return `${ready.length} of ${workers.length} device${workers.length === 1 ? "" : "s"} ready`;
  const { engine, device, weights, load } = only;
  const [name = "", percent] = [device.split(/[,(]/)[0]?.trim(), load?.percent ?? null];
  const busy = percent === null ? [] : [`load ${Math.round(percent)} %`];
  return [`${engine} on ${name}`, nameOfWeights(weights).replace(/ network.*| \(.*/, ""), ...busy].join(", ");
}

/** Of a file, its name alone. */
function nameOfWeights(weights: string): string {
  return weights.replace(/^.*\//, "");
}

/** How busy a device is and what of its memory is taken, where the system tells. */
function loadText(load: DeviceLoad | null): string[] {
  if (load === null) return [];
  const { percent, memoryUsedBytes: used, memoryBytes: all } = load;
  return [
    ...(percent === null ? [] : [`load ${Math.round(percent)} %`]),
    ...(used === null || all === null ? [] : [`memory ${Math.round((100 * used) / all)} %`]),
  ];
}

/** The pace of what runs. */
function speedText({ jobs }: MirrorState): string[] {
  return jobs.flatMap(({ status, progress }) =>
    status.state === "running" && progress?.pace !== undefined ? [formatPace(progress.pace)] : [],
  );
}

const ALWAYS: readonly string[] = ["back", "quit", "help", "all"];

interface BottomLineProps {
  /** Asked when this is drawn, after the screen that says it. */
  readonly place: () => Place;
  readonly notice: Notice | undefined;
  readonly question: string | undefined;
}

/** A question, what just happened, or the keys that are of use here. */
export function BottomLine({ place, notice, question }: BottomLineProps) {
  const { columns, keys, theme, state, mirror, selected } = useShell();
  if (question !== undefined) {
    const [short, long] = ["? y for yes", "? y for yes, any other key for no"];
    const answers = stringWidth(question + long) <= columns ? long : short;
    return (
      <Text color={theme.warning} bold wrap="truncate">
        {cliTruncate(question, Math.max(1, columns - answers.length)) + answers}
      </Text>
    );
  }
  if (notice !== undefined)
    return (
      <Text color={notice.kind === "done" ? theme.good : theme.error} wrap="truncate">
        {notice.text}
      </Text>
    );
  const shown: { key: string; hint: string }[] = [];
  const here = place();
  // Without a job there is nothing to be done with one.
  const all = hintsFor(keys, here === "queue" && selected === undefined ? "studio" : here);
  const [main, ...others] = all.filter(({ hint }) => !ALWAYS.includes(hint));
  // What one is here for, the way out and the way to all others are always in sight.
  let always = all.filter(({ hint }) => ALWAYS.includes(hint));
  const isStartable = state.link.state === "lost" && mirror.daemon.address.isLocal;
  const [start] = isStartable ? keysOf(keys, "startDaemon", here) : [];
  if (start !== undefined) shown.push({ key: start, hint: "start the daemon" });
  if (main !== undefined) shown.push(main);
  if (widthOfAll([...shown, ...always]) > columns) always = always.filter(({ hint }) => hint !== "quit");
  for (const one of others) {
    if (widthOfAll([...shown, one, ...always]) > columns) break;
    shown.push(one);
  }
  return (
    <Text wrap="truncate">
      {[...shown, ...always].map(({ key, hint }) => (
        <Text key={key + hint}>
          <Text color={theme.accent}>{key}</Text>
          <Text color={theme.dim}>{` ${hint}  `}</Text>
        </Text>
      ))}
    </Text>
  );
}

function widthOfAll(hints: readonly { key: string; hint: string }[]): number {
  return stringWidth(hints.map(({ key, hint }) => `${key} ${hint}  `).join(""));
}
