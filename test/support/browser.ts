/**
 * A browser that was there before us (Debian's chromium), driven by playwright. `browser` in VIGIE_REQUIRE makes its
 * absence a failure.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { havePart } from './require.ts';

export type { Browser, BrowserContext, Page };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** A browser of a test talks to the test and to nobody else. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** As VIGIE_CHROMIUM says, else the first in the path. */
function findChromium(): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => places.map((place) => join(place, name))).filter(isProgram);
  return process.env.VIGIE_CHROMIUM ?? found[0];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function haveBrowser(): boolean {
  return havePart('browser', findChromium() !== undefined, `none of ${NAMES.join(', ')} is in the path`);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium()!, headless: true, args: SWITCHES });
}

export interface Seat {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained of. */
  readonly complaints: string[];
}

export interface SeatWish {
  readonly name: string;
  readonly role?: 'agent' | 'supervisor';
  readonly language?: 'en' | 'fr';
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** Somebody at a screen of their own, logged in by name. */
export async function sitDown(browser: Browser, url: string, wish: SeatWish): Promise<Seat> {
  const { name, role = 'agent', language = 'en', theme = 'light' } = wish;
  const context = await browser.newContext({
    viewport: wish.size ?? { width: 1280, height: 720 },
    locale: language,
    timezoneId: 'Europe/Paris',
  });
  const answer = await context.request.post(`${url}/api/login`, {
    headers: { origin: url },
    data: { name, role },
  });
  if (!answer.ok()) throw new Error(`the console answered ${answer.status()}: ${await answer.text()}`);
  const preferences = JSON.stringify({ language, theme, sound: false });
  await context.addInitScript(`localStorage.setItem('vigie.preferences', '${preferences}')`);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${url}/#/queue`);
  return { context, page, complaints };
}
