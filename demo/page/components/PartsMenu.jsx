import { useState } from 'react';
import { control } from '../traffic/useDemo.js';
import { Icon } from './Icon.jsx';

const PARTS = [
  { part: 'gate', name: 'Gate', what: 'the Worker, in workerd' },
  { part: 'provider', name: 'Identity provider', what: 'OpenID Connect' },
  { part: 'runtime', name: 'Runtime', what: 'CopilotKit, behind the gate' },
];
const SAYS = { up: 'running', starting: 'starting', down: 'stopped' };

/** Which parts of the demo are up; each can be stopped, to see what then happens. */
export function PartsMenu({ demo }) {
  const [problem, setProblem] = useState();
  const states = demo.isThere ? demo.parts : { gate: 'unknown', provider: 'unknown', runtime: 'unknown' };
  const worst = ['down', 'unknown', 'starting'].find((state) => Object.values(states).includes(state)) ?? 'up';
  const press = async (action, part) => {
    setProblem(undefined);
    await control(action, { part }).catch((error) => setProblem(error.message));
  };
  const summary =
    worst === 'up' ? 'All running' : worst === 'unknown' ? 'No demo' : `${nameOf(states, worst)} ${SAYS[worst]}`;
  return (
    <details className="menu" data-testid="parts">
      <summary className="quiet-button">
        <span className={`dot dot-${worst}`} />
        <span className="parts-summary">{summary}</span>
        <Icon name="chevron" size={14} />
      </summary>
      <div className="menu-panel">
        <p className="menu-title">Stop a part and see what happens</p>
        <ul className="parts">
          {PARTS.map(({ part, name, what }) => (
            <li key={part} data-testid={`part-${part}`} data-state={states[part]}>
              <span className={`dot dot-${states[part]}`} />
              <span className="part-words">
                {name}
                <small>
                  {what}, {SAYS[states[part]] ?? 'not known'}
                </small>
              </span>
              <button
                type="button"
                className="quiet-button"
                disabled={states[part] === 'starting' || states[part] === 'unknown'}
                onClick={() => press(states[part] === 'down' ? 'up' : 'down', part)}
              >
                {states[part] === 'down' ? 'Start' : 'Stop'}
                <span className="unseen"> the {name.toLowerCase()}</span>
              </button>
            </li>
          ))}
        </ul>
        {problem && <p role="alert">{problem}</p>}
      </div>
    </details>
  );
}

const nameOf = (states, state) => PARTS.find(({ part }) => states[part] === state).name;
