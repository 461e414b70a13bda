/**
 * `npm run bench:stages -- --content F --style F [--weights F] [--size 1024]`: how long coarse to fine takes
 * to a quality, and how long full size alone takes to the same content and style terms at full size.
 */
import { parseArgs } from "node:util";
import { openEngine } from "../../daemon/engine/choice.ts";
import { openPicture } from "../../daemon/image/source.ts";
import { openNetwork } from "../../daemon/network/weight-store.ts";
import type { Terms } from "../../daemon/style/loss.ts";
import type { Loss } from "../../daemon/style/optimizer.ts";
import { Transfer } from "../../daemon/style/transfer.ts";
import { PRESETS } from "../../shared/presets.ts";
import { recipeSchema } from "../../shared/recipe.ts";
import { describeWeights } from "../../shared/weights-identity.ts";

const { values } = parseArgs({
  options: {
    content: { type: "string" },
    style: { type: "string" },
    weights: { type: "string" },
    size: { type: "string", default: "1024" },
    "most-iterations": { type: "string", default: "200" },
  },
});
const { content, style } = values;
if (content === undefined || style === undefined) throw new Error("name --content FILE and --style FILE");

const network = await openNetwork(values.weights, 0);
const engine = await openEngine({ engine: "onnx", kind: "cpu" }, network);
const pictures = {
  content: await openPicture(content),
  styles: [await openPicture(style)],
  init: undefined,
};

interface Moment {
  readonly seconds: number;
  readonly evaluations: number;
  readonly loss: Loss<Terms>;
}

async function follow(
  stages: "auto" | "single",
  iterations: number,
  isEnough: (loss: Loss<Terms>) => boolean,
): Promise<{ moments: Moment[]; description: string }> {
  const method = PRESETS[0].method;
  const recipe = recipeSchema.parse({
    ...method,
    version: 1,
    preset: "default",
    content: { file: content },
    styles: [{ file: style, weight: 1 }],
    crop: null,
    seed: 0,
    schedule: { ...method.schedule, stages, iterations, size: Number(values.size) },
  });
  const transfer = new Transfer(engine, recipe, pictures);
  const began = performance.now();
  const moments: Moment[] = [];
  for await (const { stage, iteration, evaluations, loss } of transfer.run()) {
    const seconds = (performance.now() - began) / 1000;
    process.stderr.write(`${stages} ${iteration}: ${seconds.toFixed(0)} s, loss ${loss.total.toFixed(4)}\n`);
    if (stage === transfer.stages.length - 1) moments.push({ seconds, evaluations, loss });
    if (isEnough(loss)) break;
  }
  const description = transfer.stages.map(({ size, iterations: n }) => `${size} px × ${n}`).join(", ");
  await transfer.dispose();
  return { moments, description };
}

const staged = await follow("auto", PRESETS[0].method.schedule.iterations, () => false);
const goal = staged.moments.at(-1)?.loss.total ?? 0;
const single = await follow("single", Number(values["most-iterations"]), ({ total }) => total <= goal);

const totalOf = (loss: Loss<Terms>, kind: string) =>
  [...loss.terms].filter(([term]) => term.startsWith(kind)).reduce((sum, [, value]) => sum + value, 0);
const row = (name: string, { seconds, evaluations, loss }: Moment) =>
  `| ${name} | ${seconds.toFixed(0)} s | ${evaluations} | ${totalOf(loss, "content").toFixed(4)} | ${totalOf(loss, "style").toFixed(4)} | ${loss.total.toFixed(4)} |`;
/** The moment when full size alone first was as good as the staged run at one of its moments. */
const rows = [0, 4, 9, 24, staged.moments.length - 1].flatMap((index) => {
  const moment = staged.moments[index];
  if (moment === undefined) return [];
  const equal = single.moments.find(({ loss }) => loss.total <= moment.loss.total);
  return [
    row(`coarse to fine, iteration ${index + 1} at full size`, moment),
    equal === undefined
      ? `| full size alone | not in ${single.moments.at(-1)?.seconds.toFixed(0)} s | | | | ${single.moments.at(-1)?.loss.total.toFixed(4)} |`
      : row(`full size alone, ${(equal.seconds / moment.seconds).toFixed(1)} × the time`, equal),
  ];
});
process.stdout.write(
  [
    `${pictures.content.width}×${pictures.content.height} at --size ${values.size}, ${describeWeights(network.weights)}; stages ${staged.description}`,
    "",
    "| | time | evaluations | content | style | total |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n"),
);
