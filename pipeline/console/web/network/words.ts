import type { Language } from '../preferences.ts';
import { useOwnWords } from '../words/words.ts';
import { en } from './words.en.ts';
import { fr, type NetworkWords } from './words.fr.ts';

const ALL: Readonly<Record<Language, NetworkWords>> = { en, fr };

export type { NetworkWords };

export function useNetworkWords(): NetworkWords {
  return useOwnWords(ALL);
}
