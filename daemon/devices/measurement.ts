import { z } from "zod";

/** What a short trial of a device gave: how fast it is, or why it does not work. */
export const measurementSchema = z.discriminatedUnion("works", [
  z.strictObject({
    works: z.literal(true),
    /** The device in words. */
    device: z.string(),
    /** Side of the largest square picture that was tried, in pixels, and seconds of one evaluation of it. */
    size: z.number(),
    seconds: z.number(),
  }),
  z.strictObject({ works: z.literal(false), reason: z.string() }),
]);
export type Measurement = z.infer<typeof measurementSchema>;

/** Seconds of an evaluation per million pixels: what devices are compared by. */
export function secondsPerMegapixel({ size, seconds }: { size: number; seconds: number }): number {
  return (seconds / size ** 2) * 1e6;
}
