import cliTruncate from "cli-truncate";
import { Text } from "ink";
import stringWidth from "string-width";
import type { Area } from "../../terminal/picture-layer.ts";
import { useShell } from "../shell.ts";

interface CaptionsProps {
  readonly areas: ReadonlyMap<string, Area>;
  /** By the names of the areas. */
  readonly texts: ReadonlyMap<string, string>;
}

/** One line below pictures that lie beside each other: under each what it is. */
export function Captions({ areas, texts }: CaptionsProps) {
  const { theme } = useShell();
  const line = [...areas].map(([name, { columns }]) => centred(texts.get(name) ?? "", columns)).join("");
  return (
    <Text color={theme.dim} wrap="truncate">
      {line}
    </Text>
  );
}

function centred(text: string, columns: number): string {
  const shown = cliTruncate(text, Math.max(1, columns - 2));
  const spare = Math.max(0, columns - stringWidth(shown));
  return " ".repeat(Math.floor(spare / 2)) + shown + " ".repeat(Math.ceil(spare / 2));
}
