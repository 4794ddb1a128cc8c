// Chromium, which reaches nothing but this machine.

import { chromium } from 'playwright-core';
import { ensureChromium } from '../../../scripts/lib/browser.mjs';

/** Longest wait for anything on a page: the machine may be busy. */
const PATIENCE_MS = 30_000;

/** Only this machine can be reached, whatever a page or the browser itself asks for. */
const LOOPBACK_ONLY = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  LOOPBACK_ONLY,
];

export const launchChromium = async () => chromium.launch({ executablePath: await ensureChromium(), args: FLAGS });

/** A page in a fresh profile, as somebody who was never here would see it; `options` are Playwright's of a context. */
export async function newPage({ browser }, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}
