/** As much of a browser as the console's API needs: a cookie, an origin, a token for POST, and streams of events. */
import { CSRF_HEADER, type LoginRequest, PATHS, type SessionInfo } from '../../pipeline/console/api.ts';

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export type Browser = ReturnType<typeof openBrowser>;

export function openBrowser(url: string) {
  let cookie = '';
  let info: SessionInfo | undefined;
  const headers = (more: Record<string, string> = {}): Record<string, string> => ({
    ...(cookie !== '' && { cookie }),
    ...more,
  });
  const keep = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      cookie = /=$/.test(pair!) ? '' : pair!;
    }
    return answer;
  };
  const answered = async <Body>(answer: Response): Promise<Answer<Body>> => {
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json');
    return {
      status: answer.status,
      body: (json ? JSON.parse(text) : text) as Body,
      headers: answer.headers,
    };
  };
  return {
    url,
    get cookie() {
      return cookie;
    },
    set cookie(value: string) {
      cookie = value;
    },
    get info() {
      return info!;
    },
    async get<Body = unknown>(path: string, more: Record<string, string> = {}): Promise<Answer<Body>> {
      return answered(keep(await fetch(`${url}${path}`, { headers: headers(more) })));
    },
    async post<Body = unknown>(
      path: string,
      body: unknown = {},
      more: Record<string, string> = {},
      signal?: AbortSignal,
    ): Promise<Answer<Body>> {
      const sent = headers({
        origin: url,
        'content-type': 'application/json',
        ...(info && { [CSRF_HEADER]: info.csrf }),
        ...more,
      });
      for (const [name, value] of Object.entries(sent)) if (value === '') delete sent[name];
      const request = {
        method: 'POST',
        headers: sent,
        body: JSON.stringify(body),
        ...(signal && { signal }),
      };
      return answered(keep(await fetch(`${url}${path}`, request)));
    },
    async logIn(request: LoginRequest): Promise<Answer<SessionInfo>> {
      const answer = await this.post<SessionInfo>(PATHS.login, request);
      if (answer.status === 200) info = answer.body;
      return answer;
    },
    /** Messages as they come, until the line ends or is left. */
    listen: (path: string) => listen(`${url}${path}`, headers()),
  };
}

export interface Heard {
  readonly kind: string;
  readonly atMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is for the test to say.
  readonly data: any;
}

export interface Listening {
  readonly heard: Heard[];
  /** Resolves when the line has ended. */
  readonly ended: Promise<void>;
  readonly status: Promise<number>;
  /** Resolves with the first message that fits, past or to come; rejects when the line ends without one. */
  until(fits: (one: Heard) => boolean): Promise<Heard>;
  leave(): void;
}

function listen(url: string, headers: Record<string, string>): Listening {
  const leaving = new AbortController();
  const heard: Heard[] = [];
  let look = () => {};
  let over = false;
  let tell: (status: number) => void = () => {};
  const status = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const ended = (async () => {
    try {
      const answer = await fetch(url, { headers, signal: leaving.signal });
      tell(answer.status);
      if (answer.status !== 200 || answer.body === null) return;
      let rest = '';
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + chunk).split('\n\n');
        rest = parts.pop()!;
        for (const part of parts) {
          const kind = /^event: (.*)$/m.exec(part)![1]!;
          heard.push({ kind, atMs: performance.now(), data: JSON.parse(/^data: (.*)$/m.exec(part)![1]!) });
        }
        look();
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    } finally {
      over = true;
      look();
    }
  })();
  ended.catch(() => {});
  return {
    heard,
    ended,
    status,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const before = look;
        look = () => {
          before();
          const found = heard.find(fits);
          if (found !== undefined) resolve(found);
          else if (over) reject(new Error(`the line has ended: ${JSON.stringify(heard.slice(-3))}`));
        };
        look();
      }),
    leave: () => leaving.abort(),
  };
}
