import type { Language } from '../preferences.ts';
import { useOwnWords } from '../words/words.ts';
import { en } from './words.en.ts';
import { fr, type StatisticsWords } from './words.fr.ts';

const ALL: Readonly<Record<Language, StatisticsWords>> = { en, fr };

export type { StatisticsWords };

export function useStatisticsWords(): StatisticsWords {
  return useOwnWords(ALL);
}
