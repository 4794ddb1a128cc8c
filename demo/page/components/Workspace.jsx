import { useCallback, useEffect, useRef, useState } from 'react';
import { ChatColumn } from './ChatColumn.jsx';
import { Icon } from './Icon.jsx';
import { LivePanel } from './LivePanel.jsx';
import { ScenePanel } from './ScenePanel.jsx';

/** On a narrow screen one of them is shown at a time; `side` is which of the last two, where two fit. */
const VIEWS = [
  { id: 'chat', name: 'Chat', icon: 'chat' },
  { id: 'scenes', name: 'Try to break in', icon: 'door' },
  { id: 'live', name: 'What the gate decided', icon: 'pulse' },
];

/** The chat, the scenes and the live panel. */
export function Workspace({ settings, demo, session }) {
  const [view, setView] = useState('chat');
  /** What the chat offers to the scenes. */
  const chat = useRef();
  const say = useCallback((text) => chat.current.say(text), []);
  const isIn = session.status === 'in';

  useEffect(() => {
    if (!isIn) setView((now) => (now === 'scenes' ? 'chat' : now));
  }, [isIn]);

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
