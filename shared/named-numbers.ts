import { z } from "zod";

/** Numbers by name. zod passes over one name without a word: it is refused like any other that means nothing. */
export function namedNumbers(name: z.ZodString = z.string()): z.ZodType<Readonly<Record<string, number>>> {
  return z.preprocess(
    (value, context) => {
      if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"))
        context.addIssue({ code: "custom", message: 'nothing has the name "__proto__"' });
      return value;
    },
    z.record(name, z.number()),
  );
}
