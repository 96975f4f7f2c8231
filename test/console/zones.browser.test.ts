/** The zone editor before a server that says what a test tells it: drawing, faults, saving, who came first, leaving. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CameraSetup, PATHS, type PreviewBody, type SaveBody } from '../../pipeline/console/api.ts';
import { type Browser, haveBrowser, launchBrowser, type Page } from '../support/browser.ts';
import { PREVIEW, sampleAnswers } from '../support/pages/answers.ts';
import { LOOKS, openPage, violations } from '../support/pages/browser.ts';
import { CSRF, SETUP, VERSIONS } from '../support/pages/samples.ts';
import { failure, json, PagesServer } from '../support/pages/server.ts';

describe.skipIf(!haveBrowser())('the zone editor in a browser', () => {
  let browser: Browser;
  let server: PagesServer;
  let versions: readonly CameraSetup[];

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await PagesServer.open({}, CSRF);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => {
    versions = VERSIONS;
    server.asked.length = 0;
    server.withoutCsrf = 0;
    Object.assign(server.handlers, sampleAnswers(), {
      [PATHS.setupVersions]: () => json(versions),
      [PATHS.setupSave]: ({ body }: { body: unknown }) => {
        const { setup, note, revertsTo } = body as SaveBody;
        const saved = { ...SETUP, version: 4, setup, note, revertsTo } as CameraSetup;
        versions = [saved, ...versions];
        return json({ faults: [], saved });
      },
    });
  });

  const EDITOR = '#/zones/gare-exemple/quai-a-01';

  async function edit(): Promise<{ page: Page; errors: string[] }> {
    const opened = await openPage(browser, server.url + EDITOR);
    await opened.page.getByText(/Would have raised 3 candidates in the last 60 min/).waitFor();
    return opened;
  }

  function sent<Body>(path: string): Body[] {
    return server.asked.filter((one) => one.path === path).map((one) => one.body as Body);
  }

  const lastTried = () => sent<PreviewBody>(PATHS.setupPreview).at(-1)!.setup;

  describe('drawing', () => {
    it('moves points by keys and by pointer, as far as the borders, and goes back', async () => {
      const { page, errors } = await edit();
      const stage = page.getByRole('group', { name: 'View of the camera' });
      await stage.getByRole('button', { name: 'zone quai-départ: move as a whole' }).focus();
      await page.keyboard.press('Enter');
      const point = (number: number) =>
        stage.getByRole('button', { name: new RegExp(`zone quai-départ, point ${number} of`) });
      await point(1).focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
      expect(await point(1).getAttribute('aria-label')).toContain(': 0.465, 0.45');
      await page.keyboard.press('Insert');
      await stage.getByRole('button', { name: /point 2 of 5/ }).waitFor();
      await page.keyboard.press('Delete');
      await stage.getByRole('button', { name: /point 2 of 4/ }).waitFor();

      const box = (await point(4).locator('.zones-dot').boundingBox())!;
      await page.mouse.move(box.x + 6, box.y + 6);
      await page.mouse.down();
      await page.mouse.move(box.x + 30, box.y - 40, { steps: 4 });
      // Nearly at the border: at it.
      const view = (await stage.boundingBox())!;
      await page.mouse.move(view.x + view.width * 0.3, view.y + view.height * 0.995, { steps: 4 });
      await page.mouse.up();
      expect(await point(4).getAttribute('aria-label')).toMatch(/: 0\.(29|3|30)\d*, 1\.00/);

      await page.keyboard.press('Control+z');
      expect(await point(4).getAttribute('aria-label')).toContain('0.40, 1.00');
      await page.getByRole('button', { name: 'Redo' }).click();
      expect(await point(4).getAttribute('aria-label')).not.toContain('0.40, 1.00');
      await page.getByText('Not saved', { exact: false }).first().waitFor();
      await expect.poll(() => lastTried().zones[1]!.polygon[0]).toEqual([0.465, 0.45]);
      expect(errors).toEqual([]);
      await page.context().close();
    });

    it('adds and removes zones and lines, moves them whole, and turns a direction', async () => {
      const { page } = await edit();
      const stage = page.getByRole('group', { name: 'View of the camera' });
      await page.getByRole('button', { name: 'Add zone' }).click();
      await stage.getByRole('button', { name: 'zone zone: move as a whole' }).focus();
      await page.keyboard.press('Shift+ArrowLeft');
      await page.getByRole('button', { name: 'Add line' }).click();
      await page.getByRole('spinbutton', { name: 'Point 1, x' }).fill('0.25');
      await stage.getByRole('button', { name: /sens-unique: permitted direction/ }).focus();
      await page.keyboard.press('Shift+ArrowRight');
      await expect.poll(() => lastTried().lines[1]?.points[0]).toEqual([0.25, 0.3]);
      const tried = lastTried();
      expect(tried.zones[2]!.polygon[0]).toEqual([0.3, 0.35]);
      expect(tried.rules[2]!.direction).not.toEqual([1, 0.2]);
      await stage.getByRole('button', { name: 'zone zone: move as a whole' }).focus();
      await page.keyboard.press('Delete');
      await expect.poll(() => lastTried().zones.length).toBe(2);
      await page.context().close();
    });

    it('the picture is fetched for a reason only, and the reason is sent', async () => {
      const { page } = await edit();
      expect(server.asked.filter((one) => one.path === PATHS.picture)).toEqual([]);
      await page.getByText('written into the audit').waitFor();
      await page.getByLabel('To see the picture, say why').selectOption('own');
      const show = page.getByRole('button', { name: 'Show the picture' });
      expect(await show.isDisabled()).toBe(true);
      await page.getByLabel('Your reason').fill('after the works on platform A');
      await show.click();
      await page.getByText(/Picture of 10:30:00/).waitFor();
      const asked = server.asked.find((one) => one.path === PATHS.picture)!;
      expect(Object.fromEntries(asked.query)).toEqual({
        site: 'gare-exemple',
        camera: 'quai-a-01',
        why: 'after the works on platform A',
      });
      server.handlers[PATHS.picture] = () => failure(404, 'clip_not_here');
      await page.getByRole('button', { name: 'New picture' }).click();
      await page.getByText(/hands out no pictures now\. Zones can be drawn without it/).waitFor();
      await page.context().close();
    });
  });

  describe('rules', () => {
    it('have the form of their event type', async () => {
      const { page } = await edit();
      await page.getByRole('button', { name: /^trop-plein/ }).click();
      await page.getByRole('spinbutton', { name: 'Limit' }).fill('3.5');
      await page.getByRole('textbox', { name: 'For at least' }).fill('20s');
      await page.getByRole('combobox', { name: 'Severity' }).selectOption('critical');
      await expect
        .poll(() => lastTried().rules[1])
        .toMatchObject({ limit: { per_m2: 3.5 }, for: '20s', severity: 'critical' });
      await page.getByRole('combobox', { name: 'Event' }).selectOption('weapon');
      await expect.poll(() => lastTried().rules[1]).toMatchObject({ event: 'weapon', zone: 'quai-départ' });
      expect(lastTried().rules[1]).not.toHaveProperty('limit');
      await page.getByRole('combobox', { name: 'Confirmed by' }).selectOption('1');
      await expect.poll(() => lastTried().rules[1]).toMatchObject({ confirmers: 1 });
      await page.getByRole('button', { name: /^entrée/ }).click();
      await page.getByRole('radio', { name: 'In a zone' }).check();
      await expect.poll(() => lastTried().rules[3]).toMatchObject({ zone: 'voies', direction: [1, 0] });
      await page.context().close();
    });

    it('with a fault cannot be saved, and the fault is said at its place', async () => {
      const { page } = await edit();
      const faults = [
        {
          code: 'rule_unknown_zone',
          at: 'rules[0].zone',
          message: "names zone 'voies', but this camera has quai-départ",
          hint: 'did you mean quai?',
        },
      ];
      server.handlers[PATHS.setupPreview] = () => json({ faults, candidates: [], frames: 0 });
      await page.getByRole('button', { name: /^voies/ }).click();
      await page.getByRole('button', { name: 'Remove zone voies' }).click();
      await page.getByText('1 fault: it cannot be saved so.').first().waitFor();
      expect(await page.getByRole('button', { name: 'Save …' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Go there' }).click();
      const form = page.locator('#zones-rule-0');
      await form.getByText(/names zone 'voies'/).waitFor();
      await form.getByText('did you mean quai?').waitFor();
      await form.getByText('voies (not there)').waitFor({ state: 'attached' });
      server.handlers[PATHS.setupPreview] = () => json(PREVIEW);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: /^voies/ }).waitFor();
      await page.getByText('1 fault: it cannot be saved so.').first().waitFor({ state: 'hidden' });
      await page.context().close();
    });

    it('that would have raised something show where, by keys too', async () => {
      const { page } = await edit();
      expect(await page.locator('.zones-region').count()).toBe(0);
      await page
        .getByRole('button', { name: /: show where/ })
        .first()
        .focus();
      await page.locator('.zones-region').waitFor();
      await page.keyboard.press('Shift+Tab');
      await page.locator('.zones-region').waitFor({ state: 'detached' });
      await page.context().close();
    });

    it('of which nothing could be tried say so', async () => {
      server.handlers[PATHS.setupPreview] = () => json({ faults: [], candidates: [], frames: 0 });
      const { page } = await openPage(browser, server.url + EDITOR);
      await page.getByText(/No frames of this camera are kept/).waitFor();
      server.handlers[PATHS.setupPreview] = () => failure(503, 'server_away');
      await page.getByRole('combobox', { name: 'How far back' }).selectOption('600000');
      await page.getByText('could not be tried: the site’s server does not answer.').waitFor();
      expect(sent<PreviewBody>(PATHS.setupPreview).at(-1)!.backMs).toBe(600_000);
      await page.context().close();
    });
  });

  describe('saving', () => {
    const change = async (page: Page) => {
      await page.getByRole('button', { name: /^quai-départ/ }).click();
      await page.getByRole('spinbutton', { name: 'Area, m²' }).fill('150');
      await page.getByRole('button', { name: 'Save …' }).click();
    };

    it('sends the draft with its note, and starts from what was saved', async () => {
      const { page } = await edit();
      await change(page);
      const dialog = page.getByRole('dialog', { name: 'Save as version 4' });
      expect(await dialog.textContent()).toContain('changed zone quai-départ (area)');
      expect(await dialog.textContent()).toContain('As Éloïse Lefèvre-Châtaigne');
      await dialog.getByLabel('Note for whoever').fill('Quai élargi');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved as version 4', { exact: false }).waitFor();
      const [body] = sent<SaveBody>(PATHS.setupSave);
      expect(body).toMatchObject({ basedOn: 3, note: 'Quai élargi', site: 'gare-exemple' });
      expect(body!.setup.zones[1]!.area_m2).toBe(150);
      expect(await page.getByRole('button', { name: 'Save …' }).isDisabled()).toBe(true);
      const versionsList = page.getByRole('region', { name: 'Versions' });
      await versionsList.getByText('Quai élargi', { exact: true }).waitFor();
      expect(server.withoutCsrf).toBe(0);
      await page.context().close();
    });

    it('somebody who was first is not overwritten; mine can go on top of theirs', async () => {
      const { page } = await edit();
      const theirs: CameraSetup = {
        ...SETUP,
        version: 4,
        author: { name: 'Zoé', role: 'supervisor' },
        note: 'Travaux',
        setup: { ...SETUP.setup, rules: SETUP.setup.rules.slice(1) },
      };
      const saves = server.handlers[PATHS.setupSave]!;
      server.handlers[PATHS.setupSave] = () => {
        versions = [theirs, ...VERSIONS];
        return failure(409, 'setup_overtaken');
      };
      await change(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      const dialog = page.getByRole('dialog', { name: 'Somebody else has saved' });
      await dialog.getByText(/Zoé saved version 4/).waitFor();
      expect(await dialog.textContent()).toContain('removed rule hors-voies');
      await dialog.getByRole('button', { name: 'Go on with mine' }).click();
      server.handlers[PATHS.setupSave] = saves;
      await page.getByRole('button', { name: 'Save …' }).click();
      const again = page.getByRole('dialog', { name: 'Save as version 5' });
      // What saving now would undo of theirs is said too.
      expect(await again.textContent()).toContain('added rule hors-voies');
      await again.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved as version', { exact: false }).waitFor();
      expect(sent<SaveBody>(PATHS.setupSave).at(-1)).toMatchObject({ basedOn: 4 });
      await page.context().close();
    });

    it('a version is brought back after one question', async () => {
      const { page } = await edit();
      await page.getByRole('button', { name: 'Bring back version 2' }).click();
      const dialog = page.getByRole('dialog', { name: 'Bring back version 2?' });
      expect(await dialog.textContent()).toContain('removed line portillon');
      await dialog.getByRole('button', { name: 'Bring it back' }).click();
      await page.getByText('brings back version 2').waitFor();
      const [body] = sent<SaveBody>(PATHS.setupSave);
      expect(body).toMatchObject({ basedOn: 3, revertsTo: 2, setup: VERSIONS[1]!.setup });
      await page.context().close();
    });

    it('what is not saved is not lost by a link: it asks, and what is kept is there again', async () => {
      const { page } = await edit();
      await page.getByRole('button', { name: 'Add zone' }).click();
      await page.getByRole('link', { name: 'Network' }).click();
      const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
      await dialog.getByRole('button', { name: 'Stay' }).click();
      expect(page.url()).toContain(EDITOR);
      // The way back of the browser asks nobody, so the draft stays.
      await page.evaluate(`location.hash = '#/network'`);
      await page.getByText('cameras shown', { exact: false }).waitFor();
      await page.evaluate(`location.hash = '${EDITOR}'`);
      await page.getByText('changes from before are here again', { exact: false }).waitFor();
      await page.getByRole('link', { name: 'Network' }).click();
      await dialog.getByRole('button', { name: 'Leave' }).click();
      await page.getByText('cameras shown', { exact: false }).waitFor();
      await page.evaluate(`location.hash = '${EDITOR}'`);
      await page.getByText('version 3 · Saved').waitFor();
      await page.context().close();
    });
  });

  it('asks which camera, and finds it by a part of its name', async () => {
    const { page } = await openPage(browser, `${server.url}#/zones`);
    await page
      .getByRole('link', { name: /quai-b-02/ })
      .first()
      .waitFor();
    await page.getByLabel('Find a camera').fill('QUAI-A');
    await page
      .getByRole('link', { name: /quai-b-02/ })
      .first()
      .waitFor({ state: 'hidden' });
    await page
      .getByRole('link', { name: /quai-a-01/ })
      .first()
      .click();
    expect(page.url()).toContain(EDITOR);
    await page.context().close();
  });

  it.each(LOOKS)('has nothing for axe: $language $theme', async (look) => {
    const { page, errors } = await openPage(browser, server.url + EDITOR, look);
    await page.getByRole('button', { name: /Show the picture|Montrer l/ }).click();
    await page.locator('.zones-view canvas').waitFor();
    await page.getByText(/Would have raised 3|Aurait signalé 3/).waitFor();
    for (const item of ['quai-départ', 'trop-plein', 'sens-unique']) {
      await page
        .getByRole('button', { name: new RegExp(`^${item}`) })
        .first()
        .click();
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('button', { name: /Add zone|Ajouter une zone/ }).click();
    await page.getByRole('button', { name: /^(Save|Enregistrer) …/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.evaluate('document.querySelector("dialog button").click()');
    await page.context().close();
  });
});
