import type { SessionInfo } from '../api.ts';
import { mayOpen } from './pages.ts';
import { LANGUAGES, prefer, THEMES, usePreferences } from './preferences.ts';
import { href, PAGES, type Page } from './routes.ts';
import { logOut } from './session.ts';
import { useWords } from './words/words.ts';

export function Bar({ info, page }: { readonly info: SessionInfo; readonly page: Page }) {
  const words = useWords();
  return (
    <div class="bar">
      <a class="hidden-but-read" href="#content">
        {words.skip}
      </a>
      <span class="name">
        <img src="./icon.svg" width={24} height={24} alt="" />
        Vigie
      </span>
      <nav aria-label={words.mainNavigation}>
        {PAGES.filter((one) => mayOpen(info, one)).map((one) => (
          <a key={one} href={href(one)} aria-current={one === page ? 'page' : undefined}>
            {words.pages[one]}
          </a>
        ))}
      </nav>
      <div class="end">
        <Choices />
        <span class="small who" title={info.name}>
          {info.name} <span class="quiet">· {words.role[info.role]}</span>
        </span>
        <button type="button" class="button" onClick={() => void logOut()}>
          {words.logOut}
        </button>
      </div>
    </div>
  );
}

/** Language, theme and sound: also before anybody logs in. */
export function Choices() {
  const words = useWords();
  const { language, theme, sound } = usePreferences();
  return (
    <>
      <select
        class="select"
        aria-label={words.languageLabel}
        value={language}
        onChange={({ currentTarget }) =>
          prefer({ language: LANGUAGES.find((one) => one === currentTarget.value)! })
        }
      >
        {LANGUAGES.map((one) => (
          <option key={one} value={one}>
            {one.toUpperCase()}
          </option>
        ))}
      </select>
      <select
        class="select"
        aria-label={words.theme.label}
        value={theme}
        onChange={({ currentTarget }) =>
          prefer({ theme: THEMES.find((one) => one === currentTarget.value)! })
        }
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {words.theme[one]}
          </option>
        ))}
      </select>
      <button type="button" class="button" aria-pressed={sound} onClick={() => prefer({ sound: !sound })}>
        <Bell isOn={sound} />
        <span class="hidden-but-read">{sound ? words.sound.on : words.sound.off}</span>
      </button>
    </>
  );
}

/** Drawn, as not every control room's screens have a sign for it. */
function Bell({ isOn }: { readonly isOn: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width={16} height={16} fill="currentColor" aria-hidden="true">
      <path d="M8 1a1 1 0 0 1 1 1v.5A4.5 4.5 0 0 1 12.5 7v3l1.5 2v.8H2V12l1.5-2V7A4.5 4.5 0 0 1 7 2.5V2a1 1 0 0 1 1-1ZM6.3 13.6h3.4a1.7 1.7 0 0 1-3.4 0Z" />
      {!isOn && <path d="M2 1 15 14l-1 1L1 2Z" stroke="var(--surface)" stroke-width={0.6} />}
    </svg>
  );
}
