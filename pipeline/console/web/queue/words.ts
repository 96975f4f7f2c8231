import type { Language } from '../preferences.ts';
import { useOwnWords } from '../words/words.ts';
import { en } from './words.en.ts';
import { fr, type QueueWords } from './words.fr.ts';

const ALL: Readonly<Record<Language, QueueWords>> = { en, fr };

export type { QueueWords };

export function useQueueWords(): QueueWords {
  return useOwnWords(ALL);
}
