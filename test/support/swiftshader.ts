import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasSwiftShader, swiftShaderFolder } from "../../daemon/engine/onnx/swiftshader.ts";

/** SwiftShader as `atelier setup swiftshader` left it for this user; tests that need it skip, saying so, without. */
export const swiftShader = hasSwiftShader() ? swiftShaderFolder() : undefined;

/** For describe's title, so that a skip explains itself. */
export function withSwiftShader(title: string): string {
  return swiftShader === undefined ? `${title} (skipped: needs atelier setup swiftshader)` : title;
}

/** Gives a home of its own the same SwiftShader. */
export function lendSwiftShader(home: string): void {
  const place = join(home, "data/swiftshader");
  if (swiftShader === undefined || existsSync(place)) return;
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  symlinkSync(swiftShader, place);
}
