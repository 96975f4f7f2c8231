/** One key, one act: the table, which the help shows as it stands. */

export type Command =
  | 'down'
  | 'up'
  | 'next'
  | 'claim'
  | 'confirm'
  | 'reject'
  | 'reject_false'
  | 'reject_irrelevant'
  | 'reject_test'
  | 'release'
  | 'undo'
  | 'hand_over'
  | 'play'
  | 'step_back'
  | 'step_on'
  | 'speed'
  | 'bare'
  | 'several'
  | 'show_new'
  | 'help'
  | 'away';

export const KEYS: Readonly<Record<Command, readonly string[]>> = {
  next: ['n'],
  claim: ['c', 'Enter'],
  confirm: ['v'],
  reject: ['r'],
  reject_false: ['1'],
  reject_irrelevant: ['2'],
  reject_test: ['3'],
  release: ['x'],
  undo: ['u'],
  hand_over: ['h'],
  down: ['j', 'ArrowDown'],
  up: ['k', 'ArrowUp'],
  several: ['m'],
  show_new: ['l'],
  play: [' '],
  step_back: [','],
  step_on: ['.'],
  speed: ['s'],
  bare: ['b'],
  help: ['?'],
  away: ['Escape'],
};

const COMMANDS = new Map(
  Object.entries(KEYS).flatMap(([command, keys]) => keys.map((key) => [key, command as Command] as const)),
);

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  /** What has the focus, and which keys are its own: all, Enter and the space bar, letters and arrows, arrows. */
  readonly focus: 'typing' | 'pressing' | 'choosing' | 'sliding' | 'nothing';
}

/** Undefined: not ours. With `letters` off only Escape and the arrows are: a person who dictates types by accident. */
export function commandOf(pressed: Pressed, letters: boolean): Command | undefined {
  const { key, ctrlKey, altKey, metaKey, focus } = pressed;
  if (ctrlKey || altKey || metaKey) return undefined;
  if (key === 'Escape') return 'away';
  if (focus === 'typing' || focus === 'choosing') return undefined;
  if (focus === 'pressing' && (key === 'Enter' || key === ' ')) return undefined;
  if (focus === 'sliding' && key.startsWith('Arrow')) return undefined;
  if (!letters && !key.startsWith('Arrow')) return undefined;
  return COMMANDS.get(key.length === 1 ? key.toLowerCase() : key);
}
