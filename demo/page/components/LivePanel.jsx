import { useState, useSyncExternalStore } from 'react';
import { requests } from '../traffic/requests.js';
import { Flood } from './Flood.jsx';
import { Request } from './Request.jsx';

/** A scene with more requests than this is shown in one line. */
const MANY = 5;

/** Every request of this page, and what the gate decided about it. */
export function LivePanel({ settings }) {
  const rows = useSyncExternalStore(requests.subscribe, requests.get);
  // What the person has opened or shut; until then the newest refused request is open, and rather one
  // that the person has caused than one that the page has.
  const [touched, setTouched] = useState({});
  const refused = rows.filter(({ status }) => status >= 400);
  const newest = (refused.find(({ scene, path }) => scene || path.endsWith('/run')) ?? refused[0])?.key;
  const toggle = (key, isOpen) => setTouched((now) => ({ ...now, [key]: isOpen }));
  return (
    <section className="panel live-panel" aria-labelledby="live-title">
      <div className="panel-head">
        <h2 id="live-title">What the gate decided</h2>
        <button type="button" className="quiet-button" disabled={rows.length === 0} onClick={() => requests.clear()}>
          Clear
        </button>
      </div>
      <p className="fine panel-note">From the gate's decision log and from what the runtime received. Newest first.</p>
      {rows.length === 0 ? (
        <p className="empty">Nothing was sent yet. Say something in the chat, or try to break in.</p>
      ) : (
        <ol className="requests" data-testid="requests">
          {groupsOf(rows).map((group) =>
            group.length > MANY ? (
              <Flood key={group[0].scene} rows={group} />
            ) : (
              group.map((row) => (
                <Request
                  key={row.key}
                  row={row}
                  rules={settings.rules}
                  isOpen={touched[row.key] ?? row.key === newest}
                  onToggle={(isOpen) => toggle(row.key, isOpen)}
                />
              ))
            ),
          )}
        </ol>
      )}
    </section>
  );
}

/** Rows of one scene that follow each other belong together. */
function groupsOf(rows) {
  const groups = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (row.scene && last?.[0].scene === row.scene) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
