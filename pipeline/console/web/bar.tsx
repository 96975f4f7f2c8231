import type { SessionInfo } from '../api.ts';
import { mayOpen } from './pages.ts';
import { LANGUAGES, prefer, THEMES, usePreferences } from './preferences.ts';
import { href, PAGES, type Page } from './routes.ts';
import { logOut } from './session.ts';
import { Icon } from './ui/icon.tsx';
import { useWords } from './words/words.ts';

export function Bar({ info, page }: { readonly info: SessionInfo; readonly page: Page }) {
  const words = useWords();
  return (
    <div class="bar">
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place, only not by the address, which names the page */}
      <a
        class="hidden-but-read"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
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
        <Icon name={sound ? 'bell' : 'silent'} />
        <span class="hidden-but-read">{sound ? words.sound.on : words.sound.off}</span>
      </button>
    </>
  );
}
