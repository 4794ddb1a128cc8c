// Loaded before a program whose clock a test moves: the file CLOCK holds by how many seconds.

import { readFileSync } from 'node:fs';

const RealDate = Date;
const now = () => RealDate.now() + 1000 * Number(readFileSync(process.env.CLOCK, 'utf8'));

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }

  static now() {
    return now();
  }
};
