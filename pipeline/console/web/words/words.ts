/**
 * What the pages say, by language. `en.ts` is the shape; a word that is missing in another language is a fault of the
 * compiler. Pages keep their words in files of their own (`queue.en.ts`, `queue.fr.ts`) where they are many.
 */
import { type Language, usePreferences } from '../preferences.ts';
import { en, type Words } from './en.ts';
import { fr } from './fr.ts';
import type { Translated } from './translated.ts';

export type { Translated, Words };

const ALL: Readonly<Record<Language, Words>> = { en, fr };

export function useWords(): Words {
  return ALL[usePreferences().language];
}

/** For pages with words of their own. */
export function useOwnWords<Own>(all: Readonly<Record<Language, Own>>): Own {
  return all[usePreferences().language];
}
