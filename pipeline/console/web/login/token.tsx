import { useEffect, useRef, useState } from 'preact/hooks';
import { usePreferences } from '../preferences.ts';
import { useOwnWords } from '../words/words.ts';
import { type FormProps, LOGIN_WORDS, LoginForm } from './form.tsx';

/** Far above any token; a picture dropped by mistake is not read. */
const FILE_BYTES_MAX = 64 * 1024;

type FromFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken'; readonly name: string; readonly length: number }
  | { readonly kind: 'bad'; readonly why: string };

export function TokenFields(props: FormProps) {
  const words = useOwnWords(LOGIN_WORDS);
  const { language } = usePreferences();
  const [file, setFile] = useState<FromFile>({ kind: 'none' });
  const [isOver, setOver] = useState(false);
  // Beside the state of components, which tools for developers show.
  const held = useRef('');
  const input = useRef<HTMLInputElement>(null);

  const forget = () => {
    held.current = '';
    setFile({ kind: 'none' });
    if (input.current) input.current.value = '';
  };
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    forget();
    if (chosen.size > FILE_BYTES_MAX) return setFile({ kind: 'bad', why: words.fileTooLarge(chosen.name) });
    try {
      held.current = (await chosen.text()).trim();
      setFile({ kind: 'taken', name: chosen.name, length: held.current.length });
    } catch {
      setFile({ kind: 'bad', why: words.fileUnreadable(chosen.name) });
    }
  };
  useFileDrop(setOver, (chosen) => void take(chosen));
  // Nobody corrects a letter of a token: what was refused is taken out of the way.
  useEffect(() => {
    if (props.refused !== undefined) forget();
    input.current?.focus();
  }, [props.refused, props.isBusy]);

  return (
    <LoginForm
      {...props}
      fill={() => {
        const token = held.current || (input.current?.value.trim() ?? '');
        if (token === '') return { kind: 'missing', field: 'login-token', why: words.needToken };
        return { kind: 'ready', request: { token } };
      }}
    >
      <label class="field">
        <span>{words.token}</span>
        {/* `one-time-code`: browsers offer to keep passwords, and do not offer to keep these. */}
        <input
          ref={input}
          id="login-token"
          type="password"
          autoComplete="one-time-code"
          spellcheck={false}
          disabled={file.kind === 'taken'}
          aria-describedby="login-token-hint login-wrong"
        />
      </label>
      <p id="login-token-hint" class="small quiet">
        {words.tokenHint}
      </p>
      <div class="login-file">
        <label class="button">
          <input
            type="file"
            class="hidden-but-read"
            onChange={({ currentTarget }) => {
              void take(currentTarget.files?.[0]);
              currentTarget.value = '';
            }}
          />
          {words.file}
        </label>
        <span role="status">
          {file.kind === 'taken' &&
            words.fileTaken(file.name, new Intl.NumberFormat(language).format(file.length))}
          {file.kind === 'bad' && <span class="login-wrong">{file.why}</span>}
        </span>
        {file.kind === 'taken' && (
          <button type="button" class="button plain" onClick={forget}>
            {words.forget}
          </button>
        )}
      </div>
      {isOver && <div class="login-drop">{words.drop}</div>}
    </LoginForm>
  );
}

/** Anywhere on the page, so that a file that misses its mark is not opened in the page's place. */
function useFileDrop(onOver: (isOver: boolean) => void, onFile: (file: File | undefined) => void): void {
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      onOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) onOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      onOver(false);
      latest.current(event.dataTransfer?.files[0]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
}
