/** The login page before a real station: with tokens, and with the development identity. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, haveBrowser, launchBrowser } from '../support/browser.ts';
import { startConsole } from '../support/console.ts';
import { LOOKS, openPage, violations } from '../support/pages/browser.ts';

describe.skipIf(!haveBrowser())('the login page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  describe('with tokens', () => {
    let running: Awaited<ReturnType<typeof startConsole>>;
    beforeAll(async () => {
      running = await startConsole({ identities: true });
    });
    afterAll(() => running.stop());

    it('says why a token is refused, and takes a good one', async () => {
      const { page, errors } = await openPage(browser, running.url);
      const alert = page.getByRole('alert');
      const enter = page.getByRole('button', { name: 'Log in' });
      const field = page.getByLabel('Your token');
      await enter.click();
      expect(await alert.textContent()).toContain('A token is needed');

      const refused = async (token: string, words: RegExp) => {
        await field.fill(token);
        await enter.click();
        await page.getByText(words).waitFor();
        // Out of the way, and out of the page.
        await expect.poll(() => field.inputValue()).toBe('');
      };
      await refused('not-a-token', /not valid here/);
      await refused(await running.token({ role: 'agent', goodMs: -60_000 * 60 }), /has expired/);
      await refused(await running.token({ role: 'producer' }), /not a person’s/);
      await running.revoke('stolen');
      await refused(await running.token({ role: 'agent', id: 'stolen' }), /has been revoked/);

      const token = await running.token({ role: 'supervisor', name: 'Éloïse', id: 'hers' });
      await field.fill(token);
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      await page.getByText('Éloïse').waitFor();
      const kept = await page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML])',
      );
      expect(kept).not.toContain(token);

      expect(errors).toEqual([]);
      await page.context().close();
    });

    it('takes a token from a file, and shows only its length', async () => {
      const { page } = await openPage(browser, running.url, { language: 'fr' });
      const token = await running.token({ role: 'supervisor', id: 'from-a-file' });
      await page.setInputFiles('input[type=file]', {
        name: 'jeton-éloïse.jwt',
        mimeType: 'text/plain',
        buffer: Buffer.from(`${token}\n`),
      });
      await page.getByText(/Jeton lu dans jeton-éloïse\.jwt/).waitFor();
      expect(await page.content()).not.toContain(token);
      await page.getByRole('button', { name: 'Se connecter' }).click();
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      await page.context().close();
    });

    it.each(LOOKS)('has nothing for axe: $language $theme', async (look) => {
      const { page } = await openPage(browser, running.url, look);
      await page.getByRole('button', { name: /Log in|Se connecter/ }).click();
      await page.getByText(/token is needed|faut un jeton/).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    });
  });

  describe('in development', () => {
    let running: Awaited<ReturnType<typeof startConsole>>;
    beforeAll(async () => {
      running = await startConsole();
    });
    afterAll(() => running.stop());

    it('believes a name, and says so', async () => {
      const { page } = await openPage(browser, running.url);
      await page.getByText('believes every name').waitFor();
      await page.getByRole('button', { name: 'Log in' }).click();
      expect(await page.getByRole('alert').textContent()).toContain('A name is needed');
      await page.getByLabel('Your name').fill('Éloïse');
      await page.getByRole('radio', { name: 'supervisor' }).check();
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      await page.getByText('Not for real agents').waitFor();
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByLabel('Your name').waitFor();
      await page.context().close();
    });

    it.each(LOOKS)('has nothing for axe: $language $theme', async (look) => {
      const { page } = await openPage(browser, running.url, look);
      await page.locator('#login-name').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    });
  });
});
