import { useEffect, useRef } from 'preact/hooks';
import { Store } from '../store.ts';
import { type Command, commandOf, type Pressed } from './keys.ts';

const KEY = 'vigie.queue.letters';

/** Whether single letters act: they can be switched off (WCAG 2.1.4). */
export const letters = new Store(kept());

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

letters.watch(() => {
  try {
    localStorage.setItem(KEY, letters.get() ? 'on' : 'off');
  } catch {
    // A browser that keeps nothing starts with letters on.
  }
});

export function useKeys(act: (command: Command) => void): void {
  const now = useRef(act);
  now.current = act;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // A dialog has the keyboard for itself.
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      const { key, ctrlKey, altKey, metaKey } = event;
      const command = commandOf(
        { key, ctrlKey, altKey, metaKey, focus: focusOf(event.target) },
        letters.get(),
      );
      // A key that is held down decides once.
      const repeats =
        command === 'down' || command === 'up' || command === 'step_back' || command === 'step_on';
      if (command === undefined || (event.repeat && !repeats)) return;
      event.preventDefault();
      now.current(command);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

function focusOf(target: EventTarget | null): Pressed['focus'] {
  if (!(target instanceof HTMLElement)) return 'nothing';
  if (target.isContentEditable) return 'typing';
  switch (target.tagName) {
    case 'TEXTAREA':
      return 'typing';
    case 'INPUT':
      if (target.matches('[type=range]')) return 'sliding';
      if (target.matches('[type=radio]')) return 'choosing';
      return target.matches('[type=checkbox]') ? 'pressing' : 'typing';
    case 'SELECT':
      return 'choosing';
    case 'BUTTON':
    case 'A':
    case 'SUMMARY':
      return 'pressing';
    default:
      return 'nothing';
  }
}
