import { useCallback, useRef, useState } from 'react';
import { ChatColumn } from './ChatColumn.jsx';
import { Icon } from './Icon.jsx';
import { LivePanel } from './LivePanel.jsx';
import { ScenePanel } from './ScenePanel.jsx';

/** On a narrow screen one of them is shown at a time, and on a wider one the chat and one of the others. */
const VIEWS = [
  { id: 'chat', name: 'Chat', icon: 'chat' },
  { id: 'scenes', name: 'Break in', icon: 'door' },
  { id: 'live', name: 'Decisions', icon: 'pulse' },
];

/** The chat, the scenes and the live panel. */
export function Workspace({ settings, demo, session }) {
  const [view, setView] = useState(matchMedia('(max-width: 51.99rem)').matches ? 'chat' : 'scenes');
  /** What the chat offers to the scenes. */
  const chat = useRef();
  const say = useCallback((text) => chat.current.say(text), []);

  return (
    <main className="workspace" data-view={view}>
      <nav className="views" aria-label="Parts of the page">
        {VIEWS.map(({ id, name, icon }) => (
          <button key={id} type="button" aria-pressed={view === id} onClick={() => setView(id)}>
            <Icon name={icon} />
            {name}
          </button>
        ))}
      </nav>
      <ChatColumn settings={settings} demo={demo} session={session} handle={chat} />
      <ScenePanel settings={settings} session={session} say={say} />
      <LivePanel settings={settings} />
    </main>
  );
}
