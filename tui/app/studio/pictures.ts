import { useEffect, useRef } from "react";
import type { Job } from "../../../shared/jobs.ts";
import { percentOf, pictureName, stateText, titleOf } from "../../terminal/job-text.ts";
import type { Area } from "../../terminal/picture-layer.ts";
import { pictureAreas } from "../layout.ts";
import { useShell } from "../shell.ts";

const PREVIEWS_PER_SECOND = 2;

/** Of a blend, more would be too narrow to see. */
const MOST_STYLES = 4;

/** Content, what is made, and each style, in this order; in full, what is made alone. */
export function studioAreas(
  columns: number,
  rows: number,
  styles: number,
  isFull: boolean,
): Map<string, Area> {
  if (isFull) return pictureAreas(columns, rows, [["made", 1]]);
  const count = Math.max(1, Math.min(MOST_STYLES, styles));
  return pictureAreas(columns, rows, [
    ["content", 3],
    ["made", 4],
    ...Array.from({ length: count }, (_, i) => [styleName(i), 3 / count] as const),
  ]);
}

function styleName(style: number): string {
  return `style ${style}`;
}

interface CaptionOptions {
  readonly isFlipped: boolean;
  readonly isFull: boolean;
  /** Jobs that keys work on in the place of this one. */
  readonly marks: number;
}

/** What is said below each picture, by its name; of one that is alone, more. */
export function captionsOf(
  job: Job | undefined,
  { isFlipped, isFull, marks }: CaptionOptions,
): Map<string, string> {
  if (job === undefined) return new Map();
  const { recipe, progress } = job;
  const content = `content ${pictureName(recipe.content)}`;
  const done = progress === null ? ["no picture yet"] : [percentOf(job), `iteration ${progress.iteration}`];
  const made = [stateText(job), ...done, ...(isFlipped ? [`flipped: ${content}`] : [])].join("  ");
  const marked = marks > 0 ? `${marks} marked  ` : "";
  return new Map([
    ["content", content],
    ["made", isFull ? `${marked}${job.id}  ${titleOf(recipe)}  ${made}` : made],
    ...recipe.styles.map((style, i) => [styleName(i), `style ${pictureName(style)}`] as const),
  ]);
}

/** Follows the chosen job: content, what is made and styles in their places; flipped, the content takes the made one's. */
export function useStudioPictures(areas: ReadonlyMap<string, Area>, isFlipped: boolean): void {
  const { mirror, pictures, selected } = useShell();
  const kept = useRef(new Map<string, Buffer>());
  const flipped = useRef(isFlipped);
  flipped.current = isFlipped;
  const width = pictures.widthOf(areas.get("made")?.columns ?? 0);
  const hasPictures = areas.size > 0;
  const styles = [...areas.keys()].filter((name) => name.startsWith("style")).length;

  useEffect(() => pictures.arrange(areas), [pictures, areas]);
  useEffect(() => {
    const { current: shown } = kept;
    shown.clear();
    for (const name of areas.keys()) pictures.show(name, undefined);
    const show = (name: string, picture: Buffer) => {
      shown.set(name, picture);
      if (name === "content" && flipped.current) pictures.show("made", picture);
      if (name !== "made" || !flipped.current) pictures.show(name, picture);
    };
    let isCurrent = true;
    mirror.onPicture = (job, picture) => {
      if (job === selected) show("made", Buffer.from(picture));
    };
    mirror.follow({
      jobs: selected === undefined ? [] : [selected],
      width,
      perSecond: hasPictures ? PREVIEWS_PER_SECOND : 0,
    });
    const bring = (name: string, wish: Promise<Buffer>) =>
      wish.then(
        (picture) => isCurrent && show(name, picture),
        () => {
          // It is shown when the link is back.
        },
      );
    if (selected !== undefined && hasPictures) {
      void bring("made", mirror.picture(selected, "made"));
      void bring("content", mirror.picture(selected, "content"));
      for (let style = 0; style < styles; style++)
        void bring(styleName(style), mirror.picture(selected, "style", { style }));
    }
    return () => {
      isCurrent = false;
    };
  }, [mirror, pictures, selected, width, hasPictures, styles]);
  useEffect(() => {
    const { current: shown } = kept;
    const picture = shown.get(isFlipped ? "content" : "made");
    if (picture !== undefined) pictures.show("made", picture);
  }, [pictures, isFlipped]);
}
