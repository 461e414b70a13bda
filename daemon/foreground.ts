/**
 * The one door through which the commands that compute in their own process reach the daemon's parts.
 * Commands that talk to a running daemon need none of this.
 */
export { type BenchReport, bench } from "./foreground/bench.ts";
export { drawDemoPictures } from "./foreground/demo.ts";
export { type DeviceReport, type DoctorReport, doctor } from "./foreground/doctor.ts";
export { type EvaluateReport, evaluate } from "./foreground/evaluate.ts";
export { loadRecipe, type RecordedRecipe } from "./foreground/recipe-file.ts";
export { type RunOptions, type RunProgress, type RunReport, type RunStart, run } from "./foreground/run.ts";
export {
  setUpCuda,
  setUpSwiftShader,
  setUpTensorflow,
  undoSetUp,
  undoTensorflowSetUp,
} from "./foreground/setup-devices.ts";
export {
  chooseWeights,
  fetchWeights,
  importWeights,
  listWeights,
  removeWeights,
  storedFile,
  verifyWeights,
} from "./foreground/weights.ts";
