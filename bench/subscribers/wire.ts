/**
 * A subscriber in as little code as HTTP/2 and gRPC allow, so that a hundred of them in one process do not measure
 * themselves: one connection, one stream, windows opened once for all (RFC 9113), headers without compression (RFC 7541,
 * literal fields). Whoever should stall keeps the first window of 64 KB and never opens it again.
 */
import { connect } from 'node:net';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const [DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW_UPDATE] = [0, 1, 3, 4, 6, 7, 8] as const;
const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4] as const;
const INITIAL_WINDOW_SIZE = 4;
const WINDOW_MAX = 2 ** 31 - 1;
const WINDOW_FIRST = 65_535;
const HEAD_BYTES = 9;
const GRPC_HEAD_BYTES = 5;

export interface WireOptions {
  readonly port: number;
  readonly path: string;
  readonly request: Uint8Array;
  readonly stalls: boolean;
  /** A message lies in these bytes from `start` to `end`; they are reused afterwards. */
  readonly onMessage: (bytes: Buffer, start: number, end: number) => void;
  /** The stream ended, or the connection. */
  readonly onEnd: (why: string) => void;
}

/** Returns the way out. */
export function subscribe(options: WireOptions): () => void {
  const { port, path, request, stalls, onMessage, onEnd } = options;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const settings = Buffer.alloc(stalls ? 0 : 6);
  if (!stalls) {
    settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 0);
    settings.writeUInt32BE(WINDOW_MAX, 2);
  }
  const opened = Buffer.alloc(4);
  opened.writeUInt32BE(WINDOW_MAX - WINDOW_FIRST);
  const head = Buffer.alloc(GRPC_HEAD_BYTES);
  head.writeUInt32BE(request.length, 1);
  socket.write(
    Buffer.concat([
      PREFACE,
      frame(SETTINGS, 0, 0, settings),
      ...(stalls ? [] : [frame(WINDOW_UPDATE, 0, 0, opened)]),
      frame(HEADERS, END_HEADERS, 1, headers(path, `127.0.0.1:${port}`)),
      frame(DATA, END_STREAM, 1, Buffer.concat([head, request])),
    ]),
  );
  let left: Buffer = Buffer.alloc(0);
  let message: Buffer = Buffer.alloc(0);
  const onData = (payload: Buffer): void => {
    const bytes = message.length === 0 ? payload : Buffer.concat([message, payload]);
    let at = 0;
    while (bytes.length - at >= GRPC_HEAD_BYTES) {
      const end = at + GRPC_HEAD_BYTES + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      onMessage(bytes, at + GRPC_HEAD_BYTES, end);
      at = end;
    }
    message = bytes.subarray(at);
  };
  socket.on('data', (chunk) => {
    const bytes = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const [type, flags] = [bytes[at + 3], bytes[at + 4]!];
      const payload = bytes.subarray(at + HEAD_BYTES, end);
      if (type === DATA) onData(payload);
      else if (type === SETTINGS && (flags & ACK) === 0)
        socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
      else if (type === PING && (flags & ACK) === 0) socket.write(frame(PING, ACK, 0, payload));
      else if (type === RST || type === GOAWAY) onEnd(`frame ${type}`);
      else if (type === HEADERS && (flags & END_STREAM) !== 0) onEnd(payload.toString('latin1'));
      at = end;
    }
    left = bytes.subarray(at);
  });
  socket.on('error', (error) => onEnd(error.message));
  socket.on('close', () => onEnd('closed'));
  return () => socket.destroy();
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function headers(path: string, authority: string): Buffer {
  const fields = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', authority],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ];
  // 0x00: literal, not indexed, new name; lengths below 127 are one byte.
  return Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.of(0),
      ...[name!, value!].flatMap((text) => [Buffer.of(text.length), Buffer.from(text)]),
    ]),
  );
}
