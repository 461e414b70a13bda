import { z } from "zod";
import { MAX_UPLOADS } from "../../daemon/queue/uploads.ts";
import { MAX_KEYS } from "../../daemon/server/answered.ts";
import { HELLO_MS, MAX_FAULTS, MAX_OF_A_KIND_AT_ONCE } from "../../daemon/server/client.ts";
import { MAX_EVENTS, MAX_KEPT_BYTES } from "../../daemon/server/events.ts";
import { MAX_UNASKED_BYTES } from "../../daemon/server/outbox.ts";
import { MAX_DEPTH } from "../../daemon/server/parse-frame.ts";
import { MAX_WISHES_PER_CLIENT } from "../../daemon/server/previews.ts";
import { MAX_CLIENTS, PING_MS } from "../../daemon/server/server.ts";
import {
  checkpointInfoSchema,
  jobSchema,
  jobStateSchema,
  lossSchema,
  planSchema,
  progressSchema,
  timelineEntrySchema,
} from "../../shared/jobs.ts";
import {
  ERROR_CODES,
  eventSchema,
  helloSchema,
  KEY_LETTERS,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_AT_ONCE,
  PROTOCOL_VERSION,
  welcomeSchema,
} from "../../shared/protocol.ts";
import { recipeSchema } from "../../shared/recipe.ts";
import {
  CHUNK_BYTES,
  loadSchema,
  MAX_PICTURE_BYTES,
  MAX_VIEW_BYTES,
  PICTURE_FORMATS,
  REQUESTS,
  workerSchema,
} from "../../shared/requests.ts";

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** What is described once and named elsewhere. */
const NAMED = {
  job: jobSchema,
  status: jobStateSchema,
  plan: planSchema,
  progress: progressSchema,
  loss: lossSchema,
  "timeline entry": timelineEntrySchema,
  "checkpoint info": checkpointInfoSchema,
  worker: workerSchema,
  load: loadSchema,
} as const;

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
registry.add(recipeSchema, { id: "recipe" });

export function protocolPage(): string {
  return `# Protocol ${PROTOCOL_VERSION}

<!-- This page is made by \`npm run docs\`. -->

WebSocket, over the Unix socket \`daemon.sock\` in \`$ATELIER_HOME/run\`, else \`$XDG_RUNTIME_DIR/atelier\`, else
\`/tmp/atelier-UID\`; or over TCP where the daemon was started with \`--listen\`, with the header
\`Authorization: Bearer TOKEN\` (the file \`token\` in the data folder). Refused before the upgrade: 401 without
the right token, 403 for any \`Origin\` and for a \`Host\` that is neither an address, localhost nor named with
\`--listen\` or \`--host\`, 503 with ${MAX_CLIENTS} clients. \`GET /metrics\` on the same doors answers in Prometheus' format.

Text frames are JSON objects; an unknown field is an error that names it. A client's frame may have
${MAX_FRAME_BYTES} bytes, and no compression. Large ones of the daemon come in fragments. It pings every ${PING_MS / 1000} seconds;
who has not answered by the next ping is let go.

## Hello

The client's first frame, within ${HELLO_MS / 1000} seconds:

${fieldsOf(helloSchema)}

The daemon answers

${fieldsOf(welcomeSchema)}

A client that comes back sends the stream and the number of the last event it got as \`resume\`. With
\`replayed\` true all it missed follows; else it asks for a \`list\`. A client of another version, whatever else
is in its hello, gets an error that says which side to upgrade, and is closed with 1002. An error that belongs to no
request, as here, has the answer \`null\`: \`{"answer": null, "error": …}\`. Its words, this hello and \`shutdown\`
are the same in every version: \`atelier down\` reads the daemon's version from the error and ends it in that one.

## Requests

A client sends \`{"id": 7, "key": "…", "request": "set", "params": {…}}\`. The answer is \`{"answer": 7, "result": …}\`
or \`{"answer": 7, "error": {"code": …, "message": …}}\`, sent once the request is in effect; answers may come in
another order than their requests. ${MAX_OF_A_KIND_AT_ONCE} of each that changes nothing are carried out at once, the next ones when the
answer of one is on its way. A request that changes something (marked \\*) may carry a \`key\` of ${KEY_LETTERS.min} to ${KEY_LETTERS.max}
characters: sent again under the same key, after a cut, it is not carried out twice; the keys of \`add\` and \`branch\` are
known to the next daemon as well; of other requests a daemon knows the newest ${MAX_KEYS} keys. A key is one request's alone. At most ${MAX_REQUESTS_AT_ONCE}
requests wait at once; one more is \`refused\`. Error codes: ${ERROR_CODES.map((code) => `\`${code}\``).join(", ")}.

| request | what it does | parameters | result |
|---|---|---|---|
${Object.entries(REQUESTS)
  .map(
    ([name, { changes, meaning, params, result }]) =>
      `| \`${name}\`${changes ? "\\*" : ""} | ${meaning} | ${cell(params)} | ${cell(result)} |`,
  )
  .join("\n")}

| field | meaning |
|---|---|
${described(Object.values(REQUESTS).flatMap(({ params, result }) => [params, result]))}

Pictures travel to the daemon by \`have\` and \`upload\`: pieces of at most ${CHUNK_BYTES} bytes in base64, in order,
up to ${MAX_PICTURE_BYTES / 1e6} MB, ${MAX_UPLOADS} at a time, checked against the hash when whole. \`add\` then names them by
their hash.

## Events

\`{"sequence": 12, "event": {"event": …}}\`, numbered without gaps, to every client, never dropped. A client that
lets ${mebibytes(MAX_UNASKED_BYTES)} of them pile up is disconnected and can come back: the newest ${MAX_EVENTS} events, or ${mebibytes(MAX_KEPT_BYTES)} of
them, are there to be sent again.

| event | fields |
|---|---|
${eventSchema.options
  .map((option) => {
    const { event, ...fields } = option.shape;
    return `| \`${event.value}\` | ${cell(z.strictObject(fields))} |`;
  })
  .join("\n")}

## Pictures

\`watch\` is answered with binary frames: length of the job's id (uint8), format (uint8: ${PICTURE_FORMATS.map((format, i) => `${i} ${format}`).join(", ")}),
iteration (uint32), width, height (uint16 each), little endian; the id; the picture. They are dropped for a
client that is behind. A client watches up to ${MAX_WISHES_PER_CLIENT} jobs. Here and in the answer to \`picture\` a picture has at most
${MAX_VIEW_BYTES / 1e6} MB; no frame of the daemon is longer than 64 MiB.

## Shapes

A recipe is described in [recipe.md](recipe.md).

| shape | fields |
|---|---|
${Object.entries(NAMED)
  .map(([name, schema]) => `| ${name} | ${shapeOf(schema)} |`)
  .join("\n")}

## Ends

| code | why |
|---|---|
| 1001 | the daemon ends |
| 1002 | no proper hello, or one of another version; an error before it says which |
| 1003 | a binary frame |
| 1007 | a frame that is not JSON, or nested deeper than ${MAX_DEPTH} |
| 1008 | more than ${MAX_FAULTS} malformed requests in a row |
| 1009 | a frame that is too long |
`;
}

function fieldsOf(schema: z.ZodType): string {
  return `    ${typeOf(schemaOf(schema))}`;
}

/** What the fields mean that say so; each means one thing. */
function described(schemas: readonly z.ZodType[]): string {
  const meanings = new Map<string, string>();
  for (const schema of schemas)
    for (const [name, { description }] of Object.entries(schema instanceof z.ZodObject ? schema.shape : {})) {
      if (description === undefined) continue;
      if ((meanings.get(name) ?? description) !== description) throw new Error(`${name} has two meanings`);
      meanings.set(name, description);
    }
  return [...meanings]
    .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
    .toSorted()
    .join("\n");
}

function mebibytes(bytes: number): string {
  return `${bytes / (1 << 20)} MiB`;
}

function cell(schema: z.ZodType): string {
  return `\`${typeOf(schemaOf(schema)).replaceAll("|", "\\|")}\``;
}

function schemaOf(schema: z.ZodType): Exclude<JsonSchema, boolean> {
  return z.toJSONSchema(schema, { metadata: registry, unrepresentable: "any" });
}

/** A named shape, written out; only what it holds is named. */
function shapeOf(schema: z.ZodType): string {
  const whole = schemaOf(schema);
  const name = whole.$ref?.split("/").at(-1);
  const definition = name === undefined ? whole : whole.$defs?.[decodeURIComponent(name)];
  return `\`${typeOf(definition ?? whole).replaceAll("|", "\\|")}\``;
}

/** A schema in a line, in the manner of a type. */
function typeOf(schema: JsonSchema): string {
  if (typeof schema === "boolean") return "anything";
  if (schema.$ref !== undefined) return decodeURIComponent(schema.$ref.split("/").at(-1) ?? "");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array" && typeof schema.items === "object" && !Array.isArray(schema.items))
    return `[${typeOf(schema.items)}, …]${schema.maxItems === undefined ? "" : ` (≤ ${schema.maxItems})`}`;
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(
      ([name, inner]) => `${name}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(inner)}`,
    );
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  if (typeof schema.additionalProperties === "object")
    return `{ name: ${typeOf(schema.additionalProperties)}, … }`;
  const types: readonly string[] = Array.isArray(schema.type) ? schema.type : [];
  if (types.length > 0) return types.map((type) => (type === "string" ? "text" : type)).join(" | ");
  if (schema.type === "string")
    return schema.pattern === "^[0-9a-f]{64}$"
      ? "sha256"
      : schema.contentEncoding === "base64"
        ? "base64"
        : "text";
  if (schema.type === "integer" || schema.type === "number") {
    const isSmall = (value: number | undefined) => value !== undefined && Math.abs(value) <= 1e9;
    const range = isSmall(schema.maximum) ? ` ${schema.minimum}–${schema.maximum}` : "";
    return `${schema.type === "integer" ? "int" : "number"}${range}`;
  }
  return typeof schema.type === "string" ? schema.type : "anything";
}
