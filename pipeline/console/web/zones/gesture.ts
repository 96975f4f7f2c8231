/** Dragging: from the press on, how far the pointer has come, 0..1 of the view; all of it one step back. */
import { useEffect, useRef } from 'preact/hooks';
import type { Pair } from '../../api.ts';
import type { Size } from './shapes.ts';

type OnDrag = (by: Pair, gesture: string) => void;

let gestures = 0;

export function useDrag(): (event: PointerEvent, size: Size, onDrag: OnDrag) => void {
  const end = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => end.current?.(), []);
  return (event, { width, height }, onDrag) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    end.current?.();
    const { clientX, clientY } = event;
    const gesture = `drag ${++gestures}`;
    // On the window: what is dragged is drawn anew meanwhile.
    const move = (now: PointerEvent) => {
      const by: Pair = [(now.clientX - clientX) / width, (now.clientY - clientY) / height];
      if (by[0] !== 0 || by[1] !== 0) onDrag(by, gesture);
    };
    const stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', stop);
      removeEventListener('pointercancel', stop);
      end.current = undefined;
    };
    end.current = stop;
    addEventListener('pointermove', move);
    addEventListener('pointerup', stop);
    addEventListener('pointercancel', stop);
  };
}
