import { type DeviceId, type DeviceWish, isGpu, nameOfDevice, nameOfWish } from "../../shared/devices.ts";
import { UserError } from "../../shared/errors.ts";
import { candidates, matching } from "./candidates.ts";
import type { Gpu } from "./gpu.ts";
import { listGpus } from "./gpus.ts";
import { measureDevices } from "./measured.ts";
import { type Measurement, secondsPerMegapixel } from "./measurement.ts";
import { obstacleTo } from "./obstacles.ts";

/** A later candidate must be faster by this factor: measurements are short, and a choice should not waver. */
const CLEARLY_FASTER = 0.9;

export interface Surveyed {
  readonly device: DeviceId;
  /** What its trial gave; where something stands in the way, it was not tried. */
  readonly measurement: Measurement;
}

/** What each of some devices is worth, without trying those that cannot work. */
export async function survey(
  devices: readonly DeviceId[],
  gpus: readonly Gpu[],
  options: Parameters<typeof measureDevices>[2] = {},
): Promise<Surveyed[]> {
  const obstacles = new Map(devices.map((device) => [device, obstacleTo(device, gpus)]));
  const promising = devices.filter((device) => obstacles.get(device) === undefined);
  const measured = await measureDevices(promising, gpus, options);
  return devices.map((device) => ({
    device,
    measurement: measured.get(device) ?? { works: false, reason: obstacles.get(device) ?? "not tried" },
  }));
}

/** The fastest of what works; earlier ones win where it makes little difference. */
export function fastest(surveyed: readonly Surveyed[]): DeviceId | undefined {
  let best: { device: DeviceId; cost: number } | undefined;
  for (const { device, measurement } of surveyed) {
    if (!measurement.works) continue;
    const cost = secondsPerMegapixel(measurement);
    if (best === undefined || cost < CLEARLY_FASTER * best.cost) best = { device, cost };
  }
  return best?.device;
}

/** A device and why it was taken. */
export interface Choice {
  readonly device: DeviceId;
  readonly why: string;
}

/** The device for a wish: the fastest that works of those it leaves. Throws a UserError with every reason where none does. */
export async function chooseDevice(wish: DeviceWish, known?: readonly Gpu[]): Promise<Choice> {
  const gpus = known ?? (await listGpus());
  const devices = matching(wish, candidates(gpus));
  const blocked = devices.map((device) => ({ device, reason: obstacleTo(device, gpus) }));
  const promising = blocked.filter(({ reason }) => reason === undefined).map(({ device }) => device);
  const [only] = promising;
  // One that is alone is not measured: whether it works shows itself.
  if (only !== undefined && promising.length === 1)
    return { device: only, why: devices.length === 1 ? "asked for" : "the only one that can work here" };
  const surveyed = await survey(promising, gpus);
  const best = fastest(surveyed);
  if (best !== undefined) return { device: best, why: `the fastest of ${surveyed.map(inWords).join(", ")}` };
  const reasons = [
    ...blocked.flatMap(({ device, reason }) => (reason === undefined ? [] : [{ device, reason }])),
    ...surveyed.flatMap(({ device, measurement }) =>
      measurement.works ? [] : [{ device, reason: measurement.reason }],
    ),
  ];
  throw new UserError(
    `no device works here for --device ${nameOfWish(wish)}:\n${reasons.map(({ device, reason }) => `  ${nameOfDevice(device)}: ${reason}`).join("\n")}`,
  );
}

function inWords({ device, measurement }: Surveyed): string {
  const value = measurement.works
    ? `${secondsPerMegapixel(measurement).toPrecision(2)} s per megapixel`
    : "does not work";
  return `${nameOfDevice(device)} (${value})`;
}

/** The devices for a daemon: one for each wish, but for `auto` and `gpu` all cards of the fastest kind. */
export async function chooseDevices(wishes: readonly DeviceWish[]): Promise<Choice[]> {
  const gpus = await listGpus();
  const chosen: Choice[] = [];
  for (const wish of wishes) {
    const best = await chooseDevice(wish, gpus);
    const isOpen = wish.index === undefined && (wish.kind === "auto" || wish.kind === "gpu");
    const { engine, kind } = best.device;
    const all =
      isOpen && isGpu({ kind })
        ? candidates(gpus).filter((one) => one.engine === engine && one.kind === kind)
        : [best.device];
    chosen.push(...all.map((device) => ({ device, why: best.why })));
  }
  return chosen;
}
