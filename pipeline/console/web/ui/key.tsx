import type { ComponentChildren } from 'preact';

/** A key as it is printed; for the eye alone, since buttons say their keys by `aria-keyshortcuts`. */
export function Key({ children }: { readonly children: ComponentChildren }) {
  return (
    <span class="key" aria-hidden="true">
      <kbd>{children}</kbd>
    </span>
  );
}
