/** A word at the lower edge: what was done, or why it was not; perhaps with a way to take it back. */
import { Store, useStore } from '../store.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN_MS = 8_000;
const SHOWN_MAX = 3;

const toasts = new Store<readonly Toast[]>([]);
let count = 0;

export function tell(text: string, options: Partial<Pick<Toast, 'bad' | 'action'>> = {}): void {
  const id = ++count;
  const toast: Toast = {
    id,
    text,
    bad: options.bad === true,
    ...(options.action && { action: options.action }),
  };
  toasts.update((before) => [...before, toast].slice(-SHOWN_MAX));
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.update((before) => before.filter((one) => one.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts, (all) => all);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, bad, action }) => (
        <div key={id} class={bad ? 'toast bad' : 'toast'}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              class="button"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
