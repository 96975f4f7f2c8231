import type { SessionInfo } from '../api.ts';
import { mayOpen } from './pages.ts';
import { LANGUAGES, prefer, THEMES, usePreferences } from './preferences.ts';
import { href, PAGES, type Page } from './routes.ts';
import { logOut } from './session.ts';
import { useWords } from './words/words.ts';

export function Bar({ info, page }: { readonly info: SessionInfo; readonly page: Page }) {
  const words = useWords();
  return (
    <header class="bar">
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
        <span class="small">
          {info.name} <span class="quiet">· {words.role[info.role]}</span>
        </span>
        <button type="button" class="button" onClick={() => void logOut()}>
          {words.logOut}
        </button>
      </div>
    </header>
  );
}

/** Drawn, because not every screen has a font that holds such signs. */
function SoundIcon({ on }: { readonly on: boolean }) {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      aria-hidden="true"
    >
      <path d="M2.5 7v4h3l4 3.5V3.5l-4 3.5z" stroke-linejoin="round" />
      {on ? (
        <path d="M12 6.5c1.5 1.5 1.5 3.5 0 5M14 4.5c2.700 2.700 2.700 6.300 0 9" />
      ) : (
        <path d="M12 7l4 4m0-4l-4 4" />
      )}
    </svg>
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
        <SoundIcon on={sound} />
        <span class="hidden-but-read">{sound ? words.sound.on : words.sound.off}</span>
      </button>
    </>
  );
}
