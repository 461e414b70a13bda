import { Box, Text } from "ink";
import { useMemo } from "react";
import stringWidth from "string-width";
import type { DeviceLoad, WorkerInfo } from "../../../shared/requests.ts";
import { NO_DAEMON } from "../../client/link-problems.ts";
import { formatPace } from "../../terminal/progress-text.ts";
import { type KeyMap, keysOf, type Place } from "../keys.ts";
import type { MirrorState } from "../mirror-state.ts";
import { useShell } from "../shell.ts";

/** What works on what, and whether the link holds. */
export function TitleLine({ place }: { readonly place: () => Place }) {
  const { state, keys, columns, theme, glyphs } = useShell();
  const { link, paused } = state;
  const isOpen = link.state === "open";
  const isOverdue = isOpen && link.latencyMs === "overdue";
  const pausedText = paused ? `queue paused${isOpen ? glyphs.separator : ""}` : "";
  const overdueText = isOverdue ? `the daemon does not answer yet${glyphs.separator}` : "";
  const room = columns - stringWidth(`Atelier ${overdueText}${pausedText}`);
  const speeds = useMemo(() => speedsOf(state), [state.jobs]);
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
        {isOverdue && <Text color={theme.warning}>{overdueText}</Text>}
        {paused && <Text color={theme.warning}>{pausedText}</Text>}
        {isOpen && <Text color={theme.dim}>{titleText(state, speeds, glyphs.separator, room)}</Text>}
      </Text>
    </Box>
  );
}

/** Why there is no link, and the key that helps where there is one; in short where there is little room. */
function lostText(
  { reason, isRetried, wasOpen }: Extract<MirrorState["link"], { state: "lost" }>,
  keys: KeyMap,
  place: Place,
  room: number,
): string {
  if (reason !== NO_DAEMON) return wasOpen && isRetried ? `link lost, trying again: ${reason}` : reason;
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
function titleText(
  { link, workers }: MirrorState,
  speeds: readonly string[],
  separator: string,
  room: number,
): string {
  const [latency, version] = link.state === "open" ? [link.latencyMs, `v${link.version}`] : [];
  const about = (who: readonly string[], delay: string) => [
    ...who,
    ...speeds,
    ...(typeof latency !== "number" ? [] : [`${delay}≤ ${latency} ms`]),
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
function speedsOf({ jobs }: MirrorState): string[] {
  return jobs.flatMap(({ status, progress }) =>
    status.state === "running" && progress?.pace !== undefined ? [formatPace(progress.pace)] : [],
  );
}
