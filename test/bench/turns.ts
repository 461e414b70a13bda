/**
 * `npm run bench:turns -- --content F --style F [--weights F] [--size 128]`: what turning weights costs L-BFGS. The loss
 * after a turn where it goes on with what it learned, and where it begins afresh, at the same numbers of evaluations.
 */
import { parseArgs } from "node:util";
import { openEngine } from "../../daemon/engine/choice.ts";
import { openPicture } from "../../daemon/image/source.ts";
import { openNetwork } from "../../daemon/network/weight-store.ts";
import { Transfer } from "../../daemon/style/transfer.ts";
import type { ControlValues } from "../../shared/controls.ts";
import { PRESETS } from "../../shared/presets.ts";
import { recipeSchema } from "../../shared/recipe.ts";
import { describeWeights } from "../../shared/weights-identity.ts";

const { values } = parseArgs({
  options: {
    content: { type: "string" },
    style: { type: "string" },
    weights: { type: "string" },
    size: { type: "string", default: "128" },
    before: { type: "string", default: "40" },
  },
});
const { content, style } = values;
if (content === undefined || style === undefined) throw new Error("name --content FILE and --style FILE");

const network = await openNetwork(values.weights, 0);
const engine = await openEngine({ engine: "onnx", kind: "cpu" }, network);
const painting = await openPicture(style);
const pictures = {
  content: await openPicture(content),
  styles: [painting, await openPicture(content)],
  init: undefined,
};
const [{ method }] = PRESETS;
const recipe = recipeSchema.parse({
  ...method,
  version: 1,
  preset: "default",
  content: { file: content },
  styles: [
    { file: style, weight: 1 },
    { file: content, weight: 0.5 },
  ],
  crop: null,
  seed: 0,
  schedule: {
    ...method.schedule,
    stages: "single",
    iterations: 1000,
    size: Number(values.size),
    stopBelow: null,
  },
});

/** Each turn is a key or several, two iterations apart. */
const TURNS: Readonly<Record<string, readonly ControlValues[]>> = {
  "style × 1.1": [{ style: 1.1 * recipe.styleWeight }],
  "style × 1.1, five times": [1, 2, 3, 4, 5].map((n) => ({ style: 1.1 ** n * recipe.styleWeight })),
  "style × 2": [{ style: 2 * recipe.styleWeight }],
  "style × 10": [{ style: 10 * recipe.styleWeight }],
  "style ÷ 10": [{ style: recipe.styleWeight / 10 }],
  "content × 5": [{ content: 5 * recipe.contentWeight }],
  "content × 0": [{ content: 0 }],
  "a style's share × 2": [{ "blend.2": 1 }],
  "a style's share × 1.2, five times": [1, 2, 3, 4, 5].map((n) => ({ "blend.2": 0.5 * 1.2 ** n })),
};
const COUNTED = [5, 10, 20, 30] as const;

/** Losses by evaluations since the last key. */
async function lossesAfter(turn: readonly ControlValues[], isAfresh: boolean): Promise<number[]> {
  const transfer = new Transfer(engine, recipe, pictures);
  const losses: number[] = [];
  let iterations = 0;
  let since: number | undefined;
  for await (const { evaluations, loss } of transfer.run()) {
    const key = (iterations++ - Number(values.before)) / 2;
    if (since !== undefined) losses[evaluations - since] = loss.total;
    if (losses.length > Math.max(...COUNTED)) break;
    const changes = turn[key];
    if (changes === undefined) continue;
    transfer.change(changes);
    if (isAfresh) await transfer.restart();
    if (changes === turn.at(-1)) since = evaluations;
  }
  await transfer.dispose();
  return losses;
}

/** The lowest within so many evaluations. */
function lowest(losses: readonly number[], evaluations: number): number {
  return losses
    .slice(0, evaluations + 1)
    .reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
}

const row = (...cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(" | ")} |\n`);
row("turn", ...COUNTED.map((n) => `after ${n} evaluations`), "as good as 20 afresh");
row("---", ...COUNTED.map(() => "---"), "---");
for (const [name, turn] of Object.entries(TURNS)) {
  const [kept, afresh] = [await lossesAfter(turn, false), await lossesAfter(turn, true)];
  const ratios = COUNTED.map((n) => (lowest(kept, n) / lowest(afresh, n)).toFixed(3));
  const asGood = kept.findIndex((loss) => loss <= lowest(afresh, 20));
  row(name, ...ratios, asGood < 0 ? "more than 30" : asGood);
}
process.stdout.write(
  `\nloss of going on by that of beginning afresh; ${values.size} px; ${describeWeights(network.weights)}\n`,
);
