import type { ComponentChildren } from 'preact';

/** What a page says when there is nothing to show: that nothing is wrong, or what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
