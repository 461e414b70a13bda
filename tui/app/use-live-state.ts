import { useReducer, useRef } from "react";

export interface LiveState<T> {
  readonly current: Readonly<T>;
  readonly update: (change: Partial<T>) => void;
}

export interface Slot<T> {
  current: T;
}

/**
 * State whose newest value is at hand at once: keys come faster than screens are drawn, and each must act on
 * what the one before it did. `update` merges a change and draws anew.
 */
export function useLiveState<T extends object>(initial: T): LiveState<T> {
  return useSlot(useRef(initial));
}

/** The like with its value kept elsewhere. */
export function useSlot<T extends object>(slot: Slot<T>): LiveState<T> {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  return {
    get current() {
      return slot.current;
    },
    update(change) {
      slot.current = { ...slot.current, ...change };
      draw();
    },
  };
}
