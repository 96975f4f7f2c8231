/**
 * The pages as they were built: read once, held with their compressed forms, some 1 MB in all. Files whose name holds
 * their hash never change; the one that names them is asked for anew each time.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly br?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
}

export interface Pages {
  /** `/`, `/assets/index-1a2b.js`. */
  find(path: string): Page | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
};
const COMPRESSED = /^(text\/|image\/svg|application\/)/;
/** Below this, compressing costs more than it saves. */
const COMPRESSED_BYTES_MIN = 1_024;

/** Beside the compiled program, or in the build of the sources. */
const FOLDERS = ['../../console', '../../dist/console'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Undefined: they were not built. */
export function loadPages(folders: readonly string[] = FOLDERS): Pages | undefined {
  const folder = folders.find((one) => existsSync(join(one, 'index.html')));
  if (folder === undefined) return undefined;
  const pages = new Map<string, Page>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    pages.set(path === '/index.html' ? '/' : path, pageOf(path, readFileSync(file)));
  }
  return { find: (path) => pages.get(path) };
}

/** Which form a browser takes that accepts these encodings. */
export function formOf(
  { bytes, br, gzip }: Page,
  accepts: string,
): { readonly encoding?: string; readonly bytes: Uint8Array<ArrayBuffer> } {
  const accepted = accepts.split(',').map((one) => one.trim().split(';'));
  const takes = (name: string) =>
    accepted.some(([word, q]) => word === name && !/^\s*q=0(\.0*)?$/.test(q ?? ''));
  if (br !== undefined && takes('br')) return { encoding: 'br', bytes: br };
  if (gzip !== undefined && takes('gzip')) return { encoding: 'gzip', bytes: gzip };
  return { bytes };
}

function pageOf(path: string, read: Buffer): Page {
  const bytes = new Uint8Array(read);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const compresses = COMPRESSED.test(type) && bytes.length >= COMPRESSED_BYTES_MIN;
  return {
    headers: { 'content-type': type, 'cache-control': cacheOf(path), vary: 'accept-encoding' },
    // Weak: it names the content, whatever form that travels in.
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    bytes,
    ...(compresses && {
      br: new Uint8Array(
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
      ),
      gzip: new Uint8Array(gzipSync(bytes, { level: 9 })),
    }),
  };
}

/** 11 would be a few percent smaller and takes a second. */
const BROTLI_QUALITY = 9;

function cacheOf(path: string): string {
  if (path.startsWith('/assets/')) return 'public, max-age=31536000, immutable';
  return path.endsWith('.html') ? 'no-store' : 'no-cache';
}
