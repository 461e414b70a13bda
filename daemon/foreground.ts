/**
 * The one door through which the commands that compute in their own process reach the daemon's parts.
 * Commands that talk to a running daemon need none of this.
 */
export { bench, type BenchReport } from "./foreground/bench.ts";
export { doctor, type DoctorReport } from "./foreground/doctor.ts";
export { evaluate, type EvaluateReport } from "./foreground/evaluate.ts";
export { drawDemoPictures } from "./foreground/demo.ts";
export { loadRecipe } from "./foreground/recipe-file.ts";
export { run, type RunOptions, type RunProgress, type RunReport, type RunStart } from "./foreground/run.ts";
export { fetchWeights, importWeights, listWeights, verifyWeights } from "./foreground/weights.ts";
