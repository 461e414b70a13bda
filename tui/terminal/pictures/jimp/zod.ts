/** Whatever is asked of it, it is a schema that takes everything. */
interface Anything {
  (...options: unknown[]): Anything;
  readonly [part: string]: Anything;
}

/** In the place of zod, whose schemas take longer to make than a picture to draw: terminal-image alone sets options. */
export const z: Anything = new Proxy<Anything>((() => z) as unknown as Anything, {
  get: (_, part) => (part === "parse" ? (options: unknown) => options : z),
});
