// The page of the tests, bundled.

import { bundle as bundlePage } from '../../../demo/bundle.mjs';

/** The folder with `main.js` and `main.css`. */
export const bundle = () =>
  bundlePage({
    name: 'page',
    entries: ['tests/browser/page/main.jsx'],
    sources: ['tests/browser/page', 'examples/client'],
  });
