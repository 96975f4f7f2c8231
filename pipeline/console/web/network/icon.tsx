import type { CameraState } from './arrange.ts';

/** A shape for each state, told apart without its colour. 16 x 16. */
const SHAPES: Readonly<Record<CameraState, string>> = {
  live: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z',
  late: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 1.8a4.7 4.7 0 1 1 0 9.4 4.7 4.7 0 0 1 0-9.4Zm-.9 1.5v3.7l2.8 1.9.9-1.4-2-1.3V4.8Z',
  blind:
    'M2.3 1.2 14.8 13.7l-1.1 1.1-2.3-2.3A8 8 0 0 1 8 13.2C4.4 13.2 1.8 10.7.6 8c.6-1.3 1.5-2.5 2.7-3.5L1.2 2.3ZM8 2.8c3.6 0 6.2 2.5 7.4 5.2-.5 1.1-1.2 2.1-2.1 3L11 8.7A3 3 0 0 0 7.3 5L5.7 3.2c.7-.3 1.5-.4 2.3-.4Z',
  moved: 'M8 .8 11 4H9v3h3V5l3.2 3L12 11V9H9v3h2l-3 3.2L5 12h2V9H4v2L.8 8 4 5v2h3V4H5Z',
  stopped: 'M2.5 2.5h11v11h-11Z',
  starting:
    'M8 1.5V3.3a4.7 4.7 0 0 1 4.7 4.7h1.8A6.5 6.5 0 0 0 8 1.5ZM1.5 8a6.5 6.5 0 0 0 6.5 6.5v-1.8A4.7 4.7 0 0 1 3.3 8Z',
  unknown:
    'M4.3 5.7a3.7 3.7 0 1 1 5.4 3.3c-.6.3-.8.6-.8 1.2v.6H7.1v-.8c0-1.3.6-2.1 1.7-2.7a1.9 1.9 0 1 0-2.7-1.6Zm2.7 6.6h2V14.3H7Z',
};

export function StateIcon({ state }: { readonly state: CameraState }) {
  return (
    <svg class={`net-icon ${state}`} viewBox="0 0 16 16" width={14} height={14} aria-hidden="true">
      <path d={SHAPES[state]} />
    </svg>
  );
}
