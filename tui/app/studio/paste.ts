import { insert } from "../line-edit.ts";
import { filesFromPaste } from "../pasted-files.ts";
import { pasteInControl } from "./controls-keys.ts";
import type { StudioContext } from "./state.ts";

/** Pasted text goes into the line that is written; where none is, it names the pictures of a new job. */
export function pasteInStudio(context: StudioContext, text: string): void {
  const { shell, studio } = context;
  const { isFiltering, filter } = studio.current;
  if (isFiltering) return studio.update({ filter: insert(filter, text) });
  if (pasteInControl(context, text)) return;
  const files = filesFromPaste(text);
  if (files.length > 0) shell.open({ kind: "newJob", draft: { from: "nothing", files } });
}
