import { type ChartWindow, moveCursor, pan, WHOLE, zoomBy } from "../chart-window.ts";
import { chosenDetail, type Handlers, type StudioContext } from "./state.ts";

const FAR = 10;

/** What the keys of the losses do. `columns` are the chart's. */
export function chartHandlers(context: StudioContext, columns: number): Handlers {
  const { studio } = context;
  const change = (next: (window: ChartWindow) => ChartWindow) => () =>
    studio.update({ window: next(studio.current.window) });
  const term = (by: number) => () => {
    const count = chosenDetail(context).losses.terms.length;
    studio.update({ term: (studio.current.term + by + count) % count, hasAllTerms: false });
  };
  return {
    cursorLeft: change((window) => moveCursor(window, -1, columns)),
    cursorRight: change((window) => moveCursor(window, 1, columns)),
    farLeft: change((window) => moveCursor(window, -FAR, columns)),
    farRight: change((window) => moveCursor(window, FAR, columns)),
    previousTerm: term(-1),
    nextTerm: term(1),
    allTerms: () => studio.update({ hasAllTerms: !studio.current.hasAllTerms }),
    zoomIn: change((window) => zoomBy(window, 1, chosenDetail(context).losses, columns)),
    zoomOut: change((window) => zoomBy(window, -1, chosenDetail(context).losses, columns)),
    panLeft: change((window) => pan(window, -1, chosenDetail(context).losses)),
    panRight: change((window) => pan(window, 1, chosenDetail(context).losses)),
    noCursor: () => {
      const { zoom, cursor } = studio.current.window;
      const isWhole = zoom === 0 && cursor === undefined;
      studio.update(isWhole ? { isFull: false } : { window: WHOLE });
    },
  };
}
