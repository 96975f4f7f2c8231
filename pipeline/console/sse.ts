/** Server-sent events to a browser that may be slow: whoever speaks waits until there is room. */

export interface Line {
  /** Aborted when the browser has left. */
  readonly left: AbortSignal;
  /** Resolves when there is room for more; at once when nobody listens any more. */
  say<Message extends { readonly kind: string }>(message: Message): Promise<void>;
}

/** What waits for a browser, bytes; one message more may be on top. */
const WAITING_BYTES_MAX = 64 * 1024;

/** The line is over when `speak` is. */
export function eventStream(speak: (line: Line) => Promise<void>): Response {
  const left = new AbortController();
  const waiting = new Set<() => void>();
  const room = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const say = async (message: { readonly kind: string }) => {
          if (left.signal.aborted) return;
          controller.enqueue(encoder.encode(`event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`));
          if ((controller.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => waiting.add(resolve));
        };
        const end = () => {
          if (!left.signal.aborted) controller.close();
        };
        speak({ left: left.signal, say }).then(end, end);
      },
      pull: room,
      cancel() {
        left.abort();
        room();
      },
    },
    { highWaterMark: WAITING_BYTES_MAX, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies that gather answers would make the queue late.
      'x-accel-buffering': 'no',
    },
  });
}

const encoder = new TextEncoder();
