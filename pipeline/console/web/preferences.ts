/** What a person chose for themselves on this screen: language, theme, sound. Kept in the browser, nowhere else. */
import { Store, useStore } from './store.ts';

export const LANGUAGES = ['en', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];
/** `system`: as the screen is set. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  /** A sound for candidates that come. Off until somebody asks for it. */
  readonly sound: boolean;
}

const KEY = 'vigie.preferences';

function first(): Preferences {
  const language = navigator.languages.some((one) => one.toLowerCase().startsWith('fr')) ? 'fr' : 'en';
  const defaults: Preferences = { language, theme: 'system', sound: false };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      language: LANGUAGES.find((one) => one === kept.language) ?? defaults.language,
      theme: THEMES.find((one) => one === kept.theme) ?? defaults.theme,
      sound: kept.sound === true,
    };
  } catch {
    return defaults;
  }
}

export const preferences = new Store(first());

function apply({ language, theme }: Preferences): void {
  document.documentElement.lang = language;
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset.theme = theme;
}

apply(preferences.get());
preferences.watch(() => {
  apply(preferences.get());
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()));
  } catch {
    // A browser that keeps nothing still shows everything.
  }
});

export function usePreferences(): Preferences {
  return useStore(preferences, (all) => all);
}

export function prefer(change: Partial<Preferences>): void {
  preferences.update((before) => ({ ...before, ...change }));
}
