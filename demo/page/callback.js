// Where the provider sends somebody who has signed in: tells the page, which waits for it, and goes.

import { CHANNEL } from './session/channel.js';

if (window.opener) {
  new BroadcastChannel(CHANNEL).postMessage(location.search);
  window.close();
} else {
  // No window of its own could be opened: the page itself went away for signing in, and comes back.
  location.replace(`/${location.search}`);
}
