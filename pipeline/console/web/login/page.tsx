/**
 * Who comes in, and why the last session ended. A token passes through this page's memory and nowhere else: it is not
 * shown, not kept by the browser, and forgotten as soon as it was sent.
 */
import './login.css';
import { useState } from 'preact/hooks';
import type { LoginRequest, LoginWays } from '../../api.ts';
import { Choices } from '../bar.tsx';
import { CallFailed } from '../calls.ts';
import { logIn } from '../session.ts';
import { useOwnWords } from '../words/words.ts';
import { LOGIN_WORDS } from './form.tsx';
import { NameFields } from './name.tsx';
import { ending, refusal } from './say.ts';
import { TokenFields } from './token.tsx';

interface LoginPageProps {
  readonly ways: LoginWays;
  readonly why: string | undefined;
}

type Trial =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export function LoginPage({ ways, why }: LoginPageProps) {
  const words = useOwnWords(LOGIN_WORDS);
  const [trial, setTrial] = useState<Trial>({ kind: 'idle' });
  const ended = ending(words, why);
  const send = async (request: LoginRequest) => {
    setTrial({ kind: 'sent' });
    try {
      await logIn(request);
    } catch (error) {
      const { code, message } =
        error instanceof CallFailed ? error : { code: 'unexpected', message: String(error) };
      setTrial({ kind: 'refused', code, message });
    }
  };
  const frame = {
    isBusy: trial.kind === 'sent',
    refused: trial.kind === 'refused' ? refusal(words, trial.code, trial.message) : undefined,
    onSend: (request: LoginRequest) => void send(request),
  };
  return (
    <div class="login">
      <header class="login-choices">
        <Choices />
      </header>
      <main class="login-card panel">
        <header>
          <img src="./icon.svg" width={40} height={40} alt="" />
          <div>
            <h1>Vigie</h1>
            <p class="quiet">{words.about}</p>
          </div>
        </header>
        {ended !== undefined && trial.kind !== 'refused' && (
          <p class="login-ended" role="status">
            {ended}
          </p>
        )}
        {ways.way === 'token' ? <TokenFields {...frame} /> : <NameFields {...frame} />}
      </main>
      <span class="hidden-but-read" role="status">
        {trial.kind === 'sent' && words.entering}
      </span>
    </div>
  );
}
