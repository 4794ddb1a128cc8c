import { useState } from 'react';
import { GROUPS } from '../scenes/all.js';
import { Scene } from './Scene.jsx';

/** The ways in, one click each. One at a time: several would count each other's requests. */
export function ScenePanel({ settings, session, say }) {
  const [running, setRunning] = useState();
  const [results, setResults] = useState({});
  const [open, setOpen] = useState();
  const isIn = session.status === 'in';

  const run = async (scene) => {
    setRunning(scene.id);
    setOpen(scene.id);
    const context = {
      settings,
      gate: settings.gate,
      user: session.user,
      session: session.session,
      token: () => session.session.getToken({ renew: false }),
      chat: { say },
      scene: `${scene.id}-${Date.now()}`,
    };
    const result = await scene.run(context).catch((error) => ({ failure: error.message }));
    setResults((now) => ({ ...now, [scene.id]: result }));
    setRunning(undefined);
  };

  return (
    <section className="panel scene-panel" aria-labelledby="scenes-title">
      <div className="panel-head">
        <h2 id="scenes-title">Try to break in</h2>
      </div>
      <p className="fine panel-note">
        {isIn
          ? 'Each sends a real request, and counts at the runtime what arrived.'
          : 'Sign in first: most of it needs a user.'}
      </p>
      {GROUPS.map(({ title, scenes }) => (
        <div key={title} className="scene-group">
          <h3>{title}</h3>
          <ul>
            {scenes.map((scene) => (
              <Scene
                key={scene.id}
                scene={scene}
                result={results[scene.id]}
                isOpen={open === scene.id}
                isRunning={running === scene.id}
                isDisabled={!isIn || running !== undefined}
                onRun={() => run(scene)}
              />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
