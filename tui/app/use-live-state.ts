import { useReducer, useRef } from "react";

export interface LiveState<T> {
  readonly current: Readonly<T>;
  readonly update: (change: Partial<T>) => void;
}

/**
 * State whose newest value is at hand at once: keys come faster than screens are drawn, and each must act on
 * what the one before it did. `update` merges a change and draws anew.
 */
export function useLiveState<T extends object>(initial: T): LiveState<T> {
  const state = useRef(initial);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  return {
    get current() {
      return state.current;
    },
    update(change) {
      state.current = { ...state.current, ...change };
      draw();
    },
  };
}
