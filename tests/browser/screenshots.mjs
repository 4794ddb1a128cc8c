#!/usr/bin/env node
// Makes the pictures of the demo page that the documentation shows: four of its states, and a refusal with what follows.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from '../../scripts/build.mjs';
import { isNewNode, newNode } from '../../scripts/lib/npm.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { runForCode } from '../../scripts/lib/run.mjs';
import { Failure, asksForHelp, say, script } from '../../scripts/lib/say.mjs';

const HELP = `Usage: npm run screenshots

Starts the demo and writes the pictures of its page into docs/images/.`;

const FOLDER = inRoot('docs/images');
const SIZE = { width: 1360, height: 850 };
const MOST_BYTES = { png: 200 * 1000, webp: 1500 * 1000 };
/** Of the moving picture: milliseconds between two frames, and how long the last one stays. */
const FRAME_MS = 120;
const LAST_MS = 2500;

async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  await build();
  if (!isNewNode()) return runForCode(newNode(), process.argv.slice(1));
  // Only now are its packages certain to be there.
  const { ask, openDemo, pageOf, setDemo, signIn, tryScene, notice } = await import('./support/demo.mjs');
  const chat = await import('./support/chat.mjs');
  const { default: sharp } = await import('sharp');
  await mkdir(FOLDER, { recursive: true });
  const stage = await setDemo();
  const look = (colorScheme) => ({ viewport: SIZE, deviceScaleFactor: 1.5, reducedMotion: 'reduce', colorScheme });

  const keep = async (name, image) => {
    const type = name.split('.').at(-1);
    if (image.length > MOST_BYTES[type])
      throw new Failure(`${name} has ${image.length} bytes, over ${MOST_BYTES[type]}`);
    await writeFile(join(FOLDER, name), image);
    say(`docs/images/${name}: ${image.length} bytes`);
  };
  const picture = async (page, name) => {
    // Where no pointer is over anything.
    await page.mouse.move(0, 0);
    const image = sharp(await page.screenshot());
    await keep(`${name}.png`, await image.png({ palette: true, colours: 128, effort: 10, dither: 0 }).toBuffer());
  };

  try {
    for (const theme of ['light', 'dark']) {
      let page = await openDemo(stage, look(theme));
      await chat.shown(page, 'auth-sign-in-card');
      if (theme === 'light') await picture(page, 'demo-sign-in-light');
      await page.context().close();

      page = await pageOf(stage, 'alice', look(theme));
      await ask(page, 'Who am I?', 'You are alice');
      await tryScene(page, 'spoofed-header');
      await tryScene(page, 'suffix-route');
      await tryScene(page, 'member-operations');
      await picture(page, `demo-${theme}`);
      await page.context().close();

      if (theme === 'light') continue;
      page = await openDemo(stage, look(theme));
      await signIn(page, 'carol');
      await notice(page, 'access was revoked').waitFor();
      await picture(page, 'demo-revoked-dark');
      await page.context().close();
    }
    await keep('demo-refusal.webp', await recording());
  } finally {
    await stage.close();
  }

  /** A user is revoked in the middle of a conversation, and signs in again. */
  async function recording() {
    const page = await pageOf(stage, 'bob', {
      ...look('light'),
      deviceScaleFactor: 1,
      viewport: { width: 1280, height: 760 },
    });
    const frames = [];
    let isOver = false;
    const filming = (async () => {
      while (!isOver) {
        frames.push({ image: await page.screenshot(), at: Date.now() });
        await delay(FRAME_MS);
      }
    })();
    await ask(page, 'Who am I?', 'You are bob');
    await delay(1200);
    await tryScene(page, 'revoked');
    await notice(page, 'Your access was withdrawn').waitFor();
    await delay(3000);
    await chat.byId(page, 'sign-in-again').click();
    await chat.gone(page, 'auth-demo-error');
    await delay(600);
    await ask(page, 'Is everything as before?', 'You said: Is everything as before?');
    await delay(FRAME_MS * 2);
    isOver = true;
    await filming;
    const shown = frames.filter(({ image }, index) => index === 0 || !image.equals(frames[index - 1].image));
    const delays = shown.map(({ at }, index) => (shown[index + 1] ? shown[index + 1].at - at : LAST_MS));
    const images = await Promise.all(shown.map(({ image }) => sharp(image).resize(1024).png().toBuffer()));
    say(`${images.length} frames`);
    return sharp(images, { join: { animated: true } })
      .webp({ quality: 70, effort: 4, delay: delays, loop: 0, mixed: true })
      .toBuffer();
  }
}

await script(() => main(process.argv.slice(2)));
