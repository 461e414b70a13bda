import { styleText } from "node:util";
import { plainLines } from "../../shared/plain-text.ts";
import { toAscii } from "./ascii.ts";
import { capabilitiesFrom } from "./capabilities.ts";

type Style = Parameters<typeof styleText>[0];

/** Colours a text for a stream, unless that is no terminal or NO_COLOR is set. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  return styleText(style, text, { stream });
}

/** Colours a text for stdout. */
export function paintOut(style: Style, text: string): string {
  return paint(style, text, process.stdout);
}

const { isUnicode } = capabilitiesFrom({ env: process.env });

/** A text for people. Whatever it was made of, it is ASCII where the terminal has nothing else. */
export function readable(text: string): string {
  return isUnicode ? text : toAscii(text);
}

/** A line of a command's answer, on stdout. */
export function print(line: string): void {
  process.stdout.write(`${readable(line)}\n`);
}

/** A line for programs, on stdout, as it is. */
export function printData(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line for people. Everything human goes to stderr, so that stdout stays machine-readable. */
export function say(line: string): void {
  process.stderr.write(`${readable(line)}\n`);
}

export function printNote(note: string): void {
  say(`${paint("yellow", "note:")} ${plainLines(note)}`);
}

export function printError(message: string): void {
  say(`${paint("red", "error:")} ${plainLines(message)}`);
}

/** The one JSON document of a `--json` command. */
export function printJson(document: unknown): void {
  printData(JSON.stringify(document, null, 2));
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e5 || bytes === 0
    ? `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`
    : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** `1 job` or `2 jobs`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** `1:05` or `2:03:09`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts as [number, number, number];
  const two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `2026-01-31 09:05`, in the time of this place. */
export function formatInstant(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join("-");
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Four significant digits, with an exponent only where plain digits would be long. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(4)));
}
