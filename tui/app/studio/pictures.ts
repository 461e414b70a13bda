import { useEffect, useRef } from "react";
import type { Area } from "../../terminal/picture-layer.ts";
import { useShell } from "../shell.ts";

const PREVIEWS_PER_SECOND = 2;

/** Follows the chosen job: content, what is made and style in their places; flipped, the content takes the made one's. */
export function useStudioPictures(areas: ReadonlyMap<string, Area>, isFlipped: boolean): void {
  const { mirror, pictures, selected } = useShell();
  const kept = useRef(new Map<string, Buffer>());
  const flipped = useRef(isFlipped);
  flipped.current = isFlipped;
  const width = pictures.widthOf(areas.get("made")?.columns ?? 0);
  const hasPictures = areas.size > 0;

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
    if (selected !== undefined && hasPictures)
      for (const of of ["made", "content", "style"] as const)
        mirror.picture(selected, of).then(
          (picture) => isCurrent && show(of, picture),
          () => {
            // It is shown when the link is back.
          },
        );
    return () => {
      isCurrent = false;
    };
  }, [mirror, pictures, selected, width, hasPictures]);
  useEffect(() => {
    const { current: shown } = kept;
    const picture = shown.get(isFlipped ? "content" : "made");
    if (picture !== undefined) pictures.show("made", picture);
  }, [pictures, isFlipped]);
}
