import sharp from "sharp";

const NAMESPACE = "https://atelier.invalid/ns/recipe/1.0/";

/** An XMP packet with the recipe as JSON in `atelier:recipe`. */
export function toXmp(recipe: unknown): string {
  const text = escapeXml(JSON.stringify(recipe));
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:atelier="${NAMESPACE}"><atelier:recipe>${text}</atelier:recipe></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}

/** The JSON text of the recipe inside a picture file's bytes, or undefined where there is none. Throws what sharp throws. */
export async function readRecipeText(picture: Uint8Array): Promise<string | undefined> {
  const { xmp } = await sharp(picture).metadata();
  const match = /<atelier:recipe>([^<]*)<\/atelier:recipe>/.exec(xmp?.toString("utf8") ?? "");
  return match?.[1] === undefined ? undefined : unescapeXml(match[1]);
}

/** Quotes need none where they are written; of recipes half is quotes. Earlier releases wrote them. */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" } as const;

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}

function unescapeXml(text: string): string {
  return Object.entries(ENTITIES).reduceRight(
    (result, [character, entity]) => result.replaceAll(entity, character),
    text,
  );
}
