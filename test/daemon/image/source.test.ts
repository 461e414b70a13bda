import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { openPicture } from "../../../daemon/image/source.ts";
import { parseCrop } from "../../../shared/crop.ts";
import { greyPng, linearGrey, png, tiff } from "../../support/picture-files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

interface Colour {
  r: number;
  g: number;
  b: number;
  alpha: number;
}

/** Left half one colour, right half another. */
function halves(left: Colour, right: Colour, width = 64, height = 32) {
  const half = { create: { width: width / 2, height, channels: 4 as const, background: right } };
  const base = sharp({ create: { width, height, channels: 4, background: left } });
  return base.composite([{ input: half, left: width / 2, top: 0 }]);
}

const RED = { r: 200, g: 30, b: 10, alpha: 1 };
const BLUE = { r: 10, g: 40, b: 220, alpha: 1 };

async function pixel(file: string, x: number, y: number, crop: string | null = null): Promise<number[]> {
  const source = await openPicture(file, crop === null ? null : parseCrop(crop));
  const { data, width, height } = await source.decodeTo(source);
  return [0, 1, 2].map((channel) => data[(channel * height + y) * width + x] as number);
}

function expectNear(actual: number[], expected: number[], tolerance: number): void {
  for (const [i, value] of expected.entries())
    expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(tolerance);
}

describe("formats", () => {
  const encoders: Record<string, (picture: Sharp) => Sharp> = {
    "a.png": (picture) => picture.png(),
    "a.jpg": (picture) => picture.flatten().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }),
    "a.webp": (picture) => picture.webp({ lossless: true }),
    "a.avif": (picture) => picture.avif({ quality: 95, chromaSubsampling: "4:4:4" }),
    "a.tiff": (picture) => picture.tiff(),
    "a.gif": (picture) => picture.gif(),
    "16-bit.png": (picture) => picture.toColourspace("rgb16").png(),
    "palette.png": (picture) => picture.png({ palette: true }),
  };
  test.each(Object.entries(encoders))("%s is read", async (name, encode) => {
    await encode(halves(RED, BLUE)).toFile(path(name));
    expectNear(await pixel(path(name), 10, 16), [200, 30, 10], 6);
    expectNear(await pixel(path(name), 54, 16), [10, 40, 220], 6);
  });

  test("CMYK is converted", async () => {
    await halves(RED, BLUE).flatten().toColourspace("cmyk").jpeg({ quality: 100 }).toFile(path("cmyk.jpg"));
    const [red = 0, green = 0, blue = 0] = await pixel(path("cmyk.jpg"), 10, 16);
    expect(red).toBeGreaterThan(150);
    expect(green + blue).toBeLessThan(140);
  });

  test("grey becomes three equal channels", async () => {
    await sharp({ create: { width: 32, height: 32, channels: 3, background: "#777" } })
      .toColourspace("b-w")
      .png()
      .toFile(path("grey.png"));
    expect((await sharp(path("grey.png")).metadata()).channels).toBe(1);
    expectNear(await pixel(path("grey.png"), 3, 3), [0x77, 0x77, 0x77], 1);
  });

  test("transparency is laid on white", async () => {
    await halves({ ...RED, alpha: 0 }, BLUE)
      .png()
      .toFile(path("alpha.png"));
    expectNear(await pixel(path("alpha.png"), 10, 16), [255, 255, 255], 1);
  });

  test.each(["scrgb", "lab"])(
    "transparency of floating-point numbers in %s is laid on white",
    async (space) => {
      const pixels = [
        [200, 30, 10, 255],
        [10, 40, 220, 128],
        [0, 0, 0, 0],
      ];
      const row = Buffer.from(pixels.flatMap((one) => Array.from({ length: 16 }, () => one).flat()));
      const raw = { width: 48, height: 16, channels: 4 as const };
      await sharp(Buffer.concat(Array.from({ length: 16 }, () => row)), { raw })
        .toColourspace(space)
        .tiff({ compression: "lzw" })
        .toFile(path("float.tiff"));
      expect((await sharp(path("float.tiff")).metadata()).depth).toBe("float");
      expectNear(await pixel(path("float.tiff"), 8, 8), [200, 30, 10], 1);
      expectNear(await pixel(path("float.tiff"), 24, 8), [132, 147, 237], 1);
      expectNear(await pixel(path("float.tiff"), 40, 8), [255, 255, 255], 1);
    },
  );

  test("an ICC profile is converted to sRGB", async () => {
    const green = sharp({
      create: { width: 32, height: 32, channels: 3, background: { r: 0, g: 200, b: 0 } },
    });
    await green.withIccProfile("p3").png().toFile(path("p3.png"));
    const stored = await sharp(path("p3.png"), { ignoreIcc: true }).raw().toBuffer();
    expect(stored[0]).toBeGreaterThan(10);
    expectNear(await pixel(path("p3.png"), 5, 5), [0, 200, 0], 3);
  });

  test("16 bits of grey with a profile are read as 8 bits with it are", async () => {
    const greys = [50, 120, 250];
    const read = async (bits: 8 | 16) => {
      writeFileSync(path(`grey${bits}.png`), greyPng(bits, greys, linearGrey()));
      return await Promise.all(
        greys.map(async (_, x) => (await pixel(path(`grey${bits}.png`), 16 * x + 8, 8))[0] ?? 0),
      );
    };
    const expected = greys.map((grey) => 255 * (1.055 * (grey / 255) ** (1 / 2.4) - 0.055));
    expectNear(await read(8), expected, 2);
    expectNear(await read(16), expected, 2);
  });

  test.each(["p3", "srgb"])("16 bits with the profile %s are converted to sRGB", async (profile) => {
    const deep = halves(RED, BLUE).flatten().toColourspace("rgb16").withIccProfile(profile);
    const encoded = {
      "deep.png": deep.clone().png(),
      "deep.tiff": deep.clone().tiff({ compression: "lzw" }),
    };
    for (const [name, picture] of Object.entries(encoded)) {
      await picture.toFile(path(name));
      expect(await sharp(path(name)).metadata()).toMatchObject({ depth: "ushort", hasProfile: true });
      expectNear(await pixel(path(name), 10, 16), [200, 30, 10], 2);
      expectNear(await pixel(path(name), 54, 16), [10, 40, 220], 2);
    }
  });

  test("EXIF orientation is applied", async () => {
    await halves(RED, BLUE)
      .flatten()
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toFile(path("turned.jpg"));
    const source = await openPicture(path("turned.jpg"));
    expect([source.width, source.height]).toEqual([32, 64]);
    expectNear(await pixel(path("turned.jpg"), 16, 5), [200, 30, 10], 8);
  });

  test("an animation gives its first frame", async () => {
    const frames = await Promise.all(
      [RED, BLUE].map((colour) =>
        sharp({ create: { width: 32, height: 32, channels: 4, background: colour } })
          .png()
          .toBuffer(),
      ),
    );
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toFile(path("moving.gif"));
    expectNear(await pixel(path("moving.gif"), 5, 5), [200, 30, 10], 4);
  });
});

describe("size and crop", () => {
  test("keeps the aspect and never enlarges", async () => {
    await halves(RED, BLUE, 100, 40).png().toFile(path("wide.png"));
    const source = await openPicture(path("wide.png"));
    expect(await source.decode(50)).toMatchObject({ width: 50, height: 20 });
    expect(await source.decode(1000)).toMatchObject({ width: 100, height: 40 });
  });

  test.each([
    ["1:1", 40, 40],
    ["5:2", 100, 40],
    ["60,4,30x20", 30, 20],
  ])("crop %s", async (crop, width, height) => {
    await halves(RED, BLUE, 100, 40).png().toFile(path("cropped.png"));
    expect(await openPicture(path("cropped.png"), parseCrop(crop))).toMatchObject({ width, height });
  });

  test("a rectangle is cut where it was asked for", async () => {
    await halves(RED, BLUE, 100, 40).png().toFile(path("cut.png"));
    expectNear(await pixel(path("cut.png"), 2, 2, "60,4,30x20"), [10, 40, 220], 1);
  });

  test("a crop that reaches outside names the file and its size", async () => {
    await halves(RED, BLUE, 100, 40).png().toFile(path("small.png"));
    await expect(openPicture(path("small.png"), parseCrop("90,0,20x20"))).rejects.toThrow(
      /small\.png: the crop .* 100×40/,
    );
  });

  test.each(["16x9", "0:1", "1,2,3x0", "a,b,cxd", ""])("crop %j is refused", (text) => {
    expect(() => parseCrop(text)).toThrow(/neither an aspect/);
  });
});

describe("files that are no good are refused with their name", () => {
  const cases: [string, () => void | Promise<unknown>, RegExp][] = [
    ["missing.png", () => {}, /missing\.png: there is no such file/],
    ["empty.png", () => writeFileSync(path("empty.png"), ""), /empty\.png: the file is empty/],
    [
      "text.png",
      () => writeFileSync(path("text.png"), "not a picture"),
      /text\.png: not a picture in a known format, .* expected PNG, JPEG, WebP, AVIF, TIFF or GIF/,
    ],
    ["folder.png", () => mkdirSync(path("folder.png")), /folder\.png: it is a folder/],
    [
      "cut.jpg",
      () => truncated("cut.jpg", (picture) => picture.jpeg()),
      /cut\.jpg: the picture is damaged or cut short/,
    ],
    [
      "cut2.png",
      () => truncated("cut2.png", (picture) => picture.png()),
      /cut2\.png: the picture is damaged or cut short/,
    ],
    [
      "phone.heic",
      async () => writeFileSync(path("phone.heic"), await heic()),
      /phone\.heic: HEIC is not read here; convert it to JPEG or PNG/,
    ],
    [
      "grey-float.tiff",
      () => writeFileSync(path("grey-float.tiff"), tiff(1, "float")),
      /grey-float\.tiff: colours as float are not read; save it with 8 or 16 bits a channel/,
    ],
    [
      "profile-float.tiff",
      () => writeFileSync(path("profile-float.tiff"), tiff(3, "float", linearGrey())),
      /profile-float\.tiff: colours as float with a profile are not read/,
    ],
    [
      "32-bit.tiff",
      () => writeFileSync(path("32-bit.tiff"), tiff(3, "uint")),
      /32-bit\.tiff: colours as uint are not read/,
    ],
    ["drawing.svg", () => writeFileSync(path("drawing.svg"), SVG), /drawing\.svg: svg files are not read/],
    ["svg.png", () => writeFileSync(path("svg.png"), SVG), /svg\.png: svg files are not read/],
    [
      "tiny.png",
      () => halves(RED, BLUE, 30, 8).png().toFile(path("tiny.png")),
      /tiny\.png: 30×8 pixels; .* at least 16/,
    ],
    [
      "bomb.png",
      () => writeFileSync(path("bomb.png"), bomb(60_000)),
      /bomb\.png: .*more than 200 million pixels/,
    ],
    ["huge.png", () => writeFileSync(path("huge.png"), bomb(2_000_000_000)), /huge\.png: /],
  ];
  test.each(cases)("%s", async (name, make, message) => {
    await make();
    const before = process.memoryUsage.rss();
    await expect(openPicture(path(name))).rejects.toThrow(message);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  });
});

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="red"/></svg>`;

async function truncated(name: string, encode: (picture: Sharp) => Sharp): Promise<void> {
  const noise = sharp({
    create: {
      width: 256,
      height: 256,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });
  await encode(noise).toFile(path(name));
  writeFileSync(path(name), readFileSync(path(name)).subarray(0, 20_000));
}

/** What a phone writes, as far as a decoder looks that has no H.265: an AVIF under the other codec's names. */
async function heic(): Promise<Buffer> {
  const avif = (await halves(RED, BLUE).flatten().avif().toBuffer()).toString("latin1");
  const renamed = avif.replace("ftypavif", "ftypheic").replaceAll("av01", "hvc1").replaceAll("av1C", "hvcC");
  return Buffer.from(renamed, "latin1");
}

/** A small PNG file that claims to be side × side pixels. */
function bomb(side: number): Buffer {
  return png({ width: side, height: side, bits: 8, colourType: 2 }, Buffer.alloc(1_000_000));
}
