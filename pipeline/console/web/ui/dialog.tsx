import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Keeps the keyboard inside, closes on Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  const closed = () => isOver.current || onClose();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => {
      // The word of its closing comes later, when another may stand in its place.
      isOver.current = true;
      dialog?.close();
    };
  }, []);
  return (
    <dialog ref={ref} class="dialog" aria-label={title} onCancel={closed} onClose={closed}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
