/** What both ways to log in share: sending, and saying what was wrong. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { LoginRequest } from '../../api.ts';
import { useOwnWords } from '../words/words.ts';
import { en } from './words.en.ts';
import { fr, type LoginWords } from './words.fr.ts';

export const LOGIN_WORDS: Readonly<Record<'en' | 'fr', LoginWords>> = { en, fr };

/** What a form has: a request, or why it has none. */
export type Filled =
  | { readonly kind: 'ready'; readonly request: LoginRequest }
  | { readonly kind: 'missing'; readonly field: string; readonly why: string };

export interface FormProps {
  readonly isBusy: boolean;
  /** Why the last attempt failed, in words. */
  readonly refused: string | undefined;
  readonly onSend: (request: LoginRequest) => void;
}

export function LoginForm({
  isBusy,
  refused,
  fill,
  onSend,
  children,
}: FormProps & { readonly fill: () => Filled; readonly children: ComponentChildren }) {
  const words = useOwnWords(LOGIN_WORDS);
  const [missing, setMissing] = useState<string | undefined>();
  const wrong = missing ?? refused;
  return (
    <form
      noValidate
      aria-label={words.title}
      onSubmit={(event) => {
        event.preventDefault();
        if (isBusy) return;
        const filled = fill();
        if (filled.kind === 'missing') {
          setMissing(filled.why);
          document.getElementById(filled.field)?.focus();
          return;
        }
        setMissing(undefined);
        onSend(filled.request);
      }}
    >
      {children}
      <p class="login-wrong" role="alert" id="login-wrong">
        {wrong !== undefined && !isBusy && (
          <>
            <span aria-hidden="true">⚠ </span>
            {wrong}
          </>
        )}
      </p>
      <button type="submit" class="button main" aria-disabled={isBusy}>
        {isBusy ? words.entering : words.enter}
      </button>
    </form>
  );
}
