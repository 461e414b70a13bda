import { expect, test } from "vitest";
import { Answered, MAX_KEYS } from "../../../daemon/server/answered.ts";

test("a request that is sent again is carried out once, however many are answered before it", async () => {
  const answered = new Answered();
  const { promise, resolve } = Promise.withResolvers<void>();
  let undone = 0;
  const undo = async () =>
    await answered.once("undo", async () => {
      undone++;
      await promise;
    });
  const first = undo();
  for (let i = 0; i <= MAX_KEYS; i++) await answered.once(`set ${i}`, async () => await Promise.resolve(i));
  const again = undo();
  resolve();
  await Promise.all([first, again]);
  expect(undone).toBe(1);
  // Of what was answered, the oldest is forgotten.
  const ask = async (key: string) => await answered.once(key, async () => await Promise.resolve("anew"));
  expect([await ask("set 0"), await ask(`set ${MAX_KEYS}`)]).toEqual(["anew", MAX_KEYS]);
});

test("a request that failed is carried out when it is sent again", async () => {
  const answered = new Answered();
  const fail = async () => await Promise.reject(new Error("the disk is full"));
  await expect(answered.once("add", fail)).rejects.toThrow("the disk is full");
  expect(await answered.once("add", async () => await Promise.resolve("added"))).toBe("added");
});
