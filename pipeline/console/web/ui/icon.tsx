/** Small drawings of our own: no font has to know them. */
const PATHS = {
  /** A clock: time goes. */
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5V8l2.5 1.5',
  /** A clock that rings: time is nearly gone. */
  alarm: 'M8 3a5.5 5.5 0 1 0 0 11A5.5 5.5 0 0 0 8 3Zm0 2.5v3l2 1.2M1.5 4 4 1.5M14.5 4 12 1.5',
  bell: 'M3 12h10c-1-1-1.5-2-1.5-4.5a3.5 3.5 0 0 0-7 0C4.5 10 4 11 3 12ZM6.75 14h2.5',
  silent: 'M3 12h10c-1-1-1.5-2-1.5-4.5a3.5 3.5 0 0 0-7 0C4.5 10 4 11 3 12ZM6.75 14h2.5M2 2l12 12',
} as const;

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
