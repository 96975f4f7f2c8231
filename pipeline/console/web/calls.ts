/** Requests to the console's server: JSON, the session's CSRF token, failures as one kind of error. */
import { type ApiFailure, CSRF_HEADER } from '../api.ts';

export class CallFailed extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, { code, message, details }: ApiFailure) {
    super(message);
    this.name = 'CallFailed';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

let csrf = '';

/** With the session that answers from now on. */
export function setCsrf(token: string): void {
  csrf = token;
}

type Query = Readonly<Record<string, string | number | undefined>>;

export function pathWith(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Throws CallFailed. */
export async function get<Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer> {
  const answer = await ask(pathWith(path, query), { method: 'GET', ...(signal && { signal }) });
  return (await answer.json()) as Answer;
}

/** Throws CallFailed. An answer without content is undefined. */
export async function post<Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: csrf },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** For what is read as it comes. Throws CallFailed. */
export function open(path: string, query?: Query, signal?: AbortSignal): Promise<Response> {
  return ask(pathWith(path, query), { method: 'GET', ...(signal && { signal }) });
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new CallFailed(0, { code: 'no_answer', message: 'the console does not answer' });
  }
  if (answer.ok) return answer;
  const failure = await answer.json().catch(() => undefined);
  throw new CallFailed(answer.status, isFailure(failure) ? failure : unclear(answer.status));
}

function isFailure(value: unknown): value is ApiFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

function unclear(status: number): ApiFailure {
  return { code: 'http_status', message: `the console answered ${status}` };
}
