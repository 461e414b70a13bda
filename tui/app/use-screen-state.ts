import { type Screen, useShell } from "./shell.ts";
import { type LiveState, type Slot, useSlot } from "./use-live-state.ts";

const slots = new WeakMap<Screen, Slot<object>>();

/** Live state of a screen: it outlasts help, the palette and other screens that lie over it. */
export function useScreenState<T extends object>(initial: () => T): LiveState<T> {
  const { screen } = useShell();
  const slot = slots.get(screen) ?? { current: initial() };
  slots.set(screen, slot);
  // A screen has one component, and that one kind of state.
  return useSlot(slot as Slot<T>);
}
