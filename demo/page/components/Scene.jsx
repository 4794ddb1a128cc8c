import { useEffect, useRef } from 'react';
import { explained } from '../../../cli/reasons.mjs';
import { Icon } from './Icon.jsx';

const UNEXPECTED = 'This is not what should have happened.';

/** One thing to try, and once it was tried: what was sent, what came back, and what the runtime heard of it. */
export function Scene({ scene, result, isOpen, isRunning, isDisabled, onRun }) {
  const { id, title, about } = scene;
  const state = isRunning ? 'running' : result ? (result.holds ? 'held' : 'open') : 'untried';
  return (
    <li className="scene" data-testid={`scene-${id}`} data-state={state}>
      <button
        type="button"
        className="scene-head"
        aria-disabled={isDisabled}
        aria-describedby={`about-${id}`}
        onClick={() => !isDisabled && onRun()}
      >
        <span className="scene-mark">
          <Icon name={{ held: 'check', open: 'cross' }[state] ?? 'play'} size={14} />
        </span>
        <span className="scene-words">
          {title}
          <small id={`about-${id}`}>{about}</small>
        </span>
      </button>
      <div aria-live="polite">
        {result && !isRunning && (isOpen ? <Result result={result} /> : <Verdict result={result} />)}
      </div>
    </li>
  );
}

/** What became of one that was tried before the last. */
function Verdict({ result: { failure, verdict, holds } }) {
  return <p className={holds ? 'scene-verdict' : 'scene-failure'}>{failure ?? (holds ? verdict : UNEXPECTED)}</p>;
}

function Result({ result }) {
  const box = useRef();
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const { failure, sent, came, log, without, change, upstream, verdict, holds, reason } = result;
  if (failure) return <p className="scene-failure">{failure}</p>;
  const why = reason && explained(reason);
  return (
    <div className="scene-result" ref={box}>
      <p className="verdict">{holds ? verdict : UNEXPECTED}</p>
      <dl>
        <Part name="sent" lines={sent} />
        <Part name="came back" lines={came} />
        {log && <Part name="log" lines={log} />}
        {without && <Part name="without" lines={without} />}
        <Part name="runtime" lines={[upstream]} />
        {change && <Part name="to pass" lines={change} />}
        {why && <Part name="why" lines={[`${reason}: ${why.means}`]} />}
      </dl>
    </div>
  );
}

function Part({ name, lines }) {
  return (
    <div>
      <dt>{name}</dt>
      {lines.filter(Boolean).map((line) => (
        <dd key={line}>{line}</dd>
      ))}
    </div>
  );
}
