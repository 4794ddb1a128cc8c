import { useEffect, useState } from 'react';
import { requests } from './requests.js';

const STARTING = { gate: 'starting', provider: 'starting', runtime: 'starting' };

/**
 * Listens to the demo: its decisions and arrivals go to `requests`. Gives the state of its parts, whether the demo itself is
 * there, and whether the browser is online. The browser connects again by itself.
 */
export function useDemo() {
  const [parts, setParts] = useState(STARTING);
  const [isThere, setThere] = useState(true);
  const [isOnline, setOnline] = useState(navigator.onLine);

  useEffect(() => {
    const events = new EventSource('/events');
    const on = (name, take) => events.addEventListener(name, ({ data }) => take(JSON.parse(data)));
    on('decision', (decision) => requests.takeDecision(decision));
    on('arrival', (arrival) => requests.takeArrival(arrival));
    on('parts', setParts);
    events.onopen = () => setThere(true);
    events.onerror = () => setThere(false);
    return () => events.close();
  }, []);

  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    for (const name of ['online', 'offline']) addEventListener(name, look);
    return () => {
      for (const name of ['online', 'offline']) removeEventListener(name, look);
    };
  }, []);

  return { parts, isThere: isThere && isOnline, isOnline };
}

/** Presses one of the demo's buttons; an Error says in words why it could not be done. */
export async function control(name, data = {}) {
  const response = await fetch(`/control/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}
