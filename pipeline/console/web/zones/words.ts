import type { Language } from '../preferences.ts';
import { useOwnWords } from '../words/words.ts';
import { en } from './words.en.ts';
import { fr, type ZonesWords } from './words.fr.ts';

const ALL: Readonly<Record<Language, ZonesWords>> = { en, fr };

export type { ZonesWords };

export function useZonesWords(): ZonesWords {
  return useOwnWords(ALL);
}
