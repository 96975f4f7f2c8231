import { useEffect, useRef, useState } from 'preact/hooks';
import type { Role } from '../../../model.ts';
import { useOwnWords, useWords } from '../words/words.ts';
import { type FormProps, LOGIN_WORDS, LoginForm } from './form.tsx';

/** Machines have roles of their own and no business here. */
const PEOPLE: readonly Role[] = ['agent', 'supervisor', 'auditor'];

/** Development: a name is believed, and the page says so. */
export function NameFields(props: FormProps) {
  const words = useOwnWords(LOGIN_WORDS);
  const all = useWords();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <LoginForm
      {...props}
      fill={() =>
        name.trim() === ''
          ? { kind: 'missing', field: 'login-name', why: words.needName }
          : { kind: 'ready', request: { name: name.trim(), role } }
      }
    >
      <p class="login-development">
        <strong>
          <span aria-hidden="true">⚠ </span>
          {words.development}
        </strong>
        <br />
        {words.developmentHint}
      </p>
      <label class="field">
        <span>{words.name}</span>
        <input
          id="login-name"
          value={name}
          maxLength={64}
          autoComplete="username"
          ref={field}
          aria-describedby="login-name-hint login-wrong"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <p id="login-name-hint" class="small quiet">
        {words.nameHint}
      </p>
      <fieldset class="login-roles">
        <legend>{words.role}</legend>
        {PEOPLE.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="role"
              value={one}
              checked={role === one}
              onChange={() => setRole(one)}
            />
            {all.role[one]}
          </label>
        ))}
      </fieldset>
    </LoginForm>
  );
}
