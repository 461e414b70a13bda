/** Test files that compute for a minute and more; most others wait for screens and daemons. */
export const COMPUTING = /(webgpu|check-gpu|setup|bundle|tfjs-transfer)\.test\.ts$/;
