import type { Screen } from "../shell.ts";
import { Compare } from "./compare.tsx";
import { NewJob } from "./new-job.tsx";
import { Reader } from "./reader.tsx";
import { Studio } from "./studio.tsx";
import { Timeline } from "./timeline.tsx";

/** What is drawn for it. */
export function ScreenOf({ screen }: { readonly screen: Screen }) {
  switch (screen.kind) {
    case "studio":
      return <Studio />;
    case "newJob":
      return <NewJob draft={screen.draft} />;
    case "timeline":
      return <Timeline id={screen.job} />;
    case "compare":
      return <Compare ids={screen.jobs} />;
    case "reader":
      return <Reader text={screen.text} />;
  }
}
