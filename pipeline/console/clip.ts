/**
 * A clip on its way to a browser: parts with their pictures' bytes, and at the end whether that was all. Whoever has taken
 * all of it may then say that it was seen (seen.ts).
 */
import type { ClipHeader, ClipPicture } from '../clip.ts';
import { RpcError } from '../serve/client/client.ts';
import type { ClipPart } from './api.ts';
import { siteOf } from './decide.ts';
import { apiError } from './errors.ts';
import { seenFrame } from './seen-frame.ts';
import type { Session } from './sessions.ts';

const NOTHING = new Uint8Array(0);
type Framed = Uint8Array<ArrayBuffer>;

export async function clipOf(session: Session, candidate: string, why: string): Promise<Response> {
  const { client } = await session.connections.of(siteOf(candidate));
  return streamed(
    session,
    async function* (signal) {
      for await (const piece of client.getClip({ candidate, why, by: whoOf(session), signal })) {
        if (piece.kind === 'header') yield framedHeader(piece.header);
        else yield framedPicture(piece.picture);
      }
    },
    (code) => session.seen.fetched(candidate, code),
  );
}

/** What a camera sees now. */
export async function pictureOf(
  session: Session,
  at: { readonly site: string; readonly camera: string; readonly why: string },
): Promise<Response> {
  const { client } = await session.connections.of(at.site);
  return streamed(session, async function* () {
    const { header, picture } = await client.getPicture({ ...at, by: whoOf(session) });
    yield framedHeader(header);
    yield framedPicture(picture);
  });
}

/** u32 length of the JSON, the JSON, u32 length of the picture, the picture; little endian. */
export function framed(part: ClipPart, picture: Uint8Array = NOTHING): Framed {
  const json = Buffer.from(JSON.stringify(part), 'utf8');
  const out = Buffer.alloc(8 + json.length + picture.length);
  out.writeUInt32LE(json.length, 0);
  json.copy(out, 4);
  out.writeUInt32LE(picture.length, 4 + json.length);
  out.set(picture, 8 + json.length);
  return out;
}

function framedHeader({ epoch: _, candidate: __, ...header }: ClipHeader): Framed {
  return framed({ part: 'header', ...header });
}

function framedPicture({ number, capturedAtMs, data, frame }: ClipPicture): Framed {
  return framed({ part: 'picture', number, capturedAtMs, frame: seenFrame(frame) }, data);
}

/**
 * Nothing is read ahead of the browser, so that all that came before has been taken when `onEnd` is told how it ended.
 * It always ends with an `end`, whatever went wrong; a stream that just stops is a line that broke.
 */
function streamed(
  session: Session,
  partsOf: (left: AbortSignal) => AsyncGenerator<Framed>,
  onEnd: (code: string) => void = () => {},
): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, session.over]);
  session.streams.add(left);
  const parts = withEnd(session, partsOf(signal), left.signal, onEnd);
  const body = new ReadableStream<Framed>(
    {
      async pull(controller) {
        const { value, done } = await parts.next();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        session.streams.delete(left);
        controller.close();
      },
      cancel() {
        session.streams.delete(left);
        left.abort();
        void parts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store, no-transform' },
  });
}

async function* withEnd(
  session: Session,
  parts: AsyncGenerator<Framed>,
  left: AbortSignal,
  onEnd: (code: string) => void,
): AsyncGenerator<Framed> {
  let end = { code: 'ok', message: '' };
  try {
    yield* parts;
    if (session.over.aborted) end = { code: 'session_over', message: 'the session is over' };
  } catch (error) {
    end = endOf(session, error);
  }
  // Whoever left has not taken all of it, however quietly the server's stream then ended.
  if (left.aborted) return;
  onEnd(end.code);
  yield framed({ part: 'end', ...end });
}

function endOf(session: Session, error: unknown): { readonly code: string; readonly message: string } {
  if (session.failed(error) || session.over.aborted)
    return { code: 'session_over', message: 'the session is over' };
  // A server without clips has none of this candidate.
  if (error instanceof RpcError && error.status === 'UNIMPLEMENTED')
    return { code: 'clip_not_here', message: error.message };
  const { code, message } = apiError(error);
  return { code, message };
}

/** Believed in development alone; elsewhere the token says it. */
function whoOf({ name, role }: Session) {
  return { name, role };
}
