/**
 * The edge's side of ClipService.Deliver: says what it holds, then answers what it is asked, one picture after the other
 * as there is room for it.
 */
import {
  type ClipAnswer,
  type ClipQuestion,
  decodeDeliverResponse,
  encodeDeliverRequest,
} from '../../../proto/messages.ts';
import { type ClipHolder, ClipRefusal } from '../../clip.ts';
import { QUESTIONS_MAX } from '../clip-edges.ts';
import { type ClientDuplexStream, REQUEST_BYTES_MAX } from '../grpc.ts';
import { drained } from '../window.ts';
import { asRpcError } from './as-rpc-error.ts';

const NOTHING = new Uint8Array(0);

/** Until the signal aborts or the server ends it: then it resolves, or rejects with RpcError. */
export function deliver(
  call: ClientDuplexStream<Uint8Array, Buffer>,
  holder: ClipHolder,
  signal: AbortSignal,
  onTaken: () => void = () => {},
): Promise<void> {
  const over = new AbortController();
  const answering = new Map<number, AbortController>();
  /** One after the other: only when there is room for what was written last. */
  let room = Promise.resolve();
  const send = (question: number, answer: ClipAnswer): Promise<void> => {
    room = room.then(async () => {
      if (over.signal.aborted) return;
      if (!call.write(messageOf(question, answer))) await drained(call, over.signal);
    });
    return room;
  };
  const take = async ({ question, what }: ClipQuestion) => {
    if (what.kind === 'enough') {
      answering.get(question)?.abort();
      return;
    }
    if (answering.size >= QUESTIONS_MAX) {
      await send(question, { kind: 'end', code: 'edge_busy', detail: 'too many questions at once' });
      return;
    }
    const stop = new AbortController();
    answering.set(question, stop);
    try {
      await send(question, await answered(holder, what, stop.signal, (part) => send(question, part)));
    } finally {
      answering.delete(question);
    }
  };
  return new Promise((resolve, reject) => {
    const end = (error?: unknown) => {
      over.abort();
      signal.removeEventListener('abort', stop);
      for (const one of answering.values()) one.abort();
      if (error === undefined || signal.aborted) resolve();
      else reject(asRpcError(error));
    };
    const stop = () => call.cancel();
    call.on('metadata', onTaken);
    call.on('data', (bytes: Buffer) => {
      try {
        take(decodeDeliverResponse(bytes)).catch(end);
      } catch {
        // A newer server asks what is not known here; it hears nothing and goes on.
      }
    });
    call.on('error', end).on('end', () => end());
    signal.addEventListener('abort', stop, { once: true });
    call.write(
      encodeDeliverRequest({ kind: 'offer', offer: { site: holder.site, cameras: holder.cameras } }),
    );
    if (signal.aborted) stop();
  });
}

/** How it ended, after everything that there is was sent. */
async function answered(
  holder: ClipHolder,
  what: Exclude<ClipQuestion['what'], { readonly kind: 'enough' }>,
  signal: AbortSignal,
  send: (answer: ClipAnswer) => Promise<void>,
): Promise<ClipAnswer> {
  try {
    const parts =
      what.kind === 'camera' ? holder.picture(what.camera, signal) : holder.clip(what.candidate, signal);
    for await (const part of parts) {
      if (signal.aborted) break;
      await send(part);
    }
    return { kind: 'end', code: 'ok', detail: '' };
  } catch (error) {
    if (error instanceof ClipRefusal) return { kind: 'end', code: error.code, detail: error.message };
    return { kind: 'end', code: 'edge_failed', detail: 'the edge cannot read what it holds' };
  }
}

/** A message beyond what a server reads would end the stream, so such a picture goes without its bytes. */
function messageOf(question: number, answer: ClipAnswer): Uint8Array {
  const bytes = encodeDeliverRequest({ kind: 'answer', question, answer });
  if (bytes.length <= REQUEST_BYTES_MAX || answer.kind !== 'picture') return bytes;
  const { blobs: _, objects: __, statics: ___, cells: ____, ...frame } = answer.picture.frame;
  const bare = { ...frame, blobs: [], objects: [], statics: [] };
  const picture = { ...answer.picture, data: NOTHING, frame: bare };
  return encodeDeliverRequest({ kind: 'answer', question, answer: { kind: 'picture', picture } });
}
