import { Details } from './Details.jsx';
import { isUnanswered } from './Explanation.jsx';
import { Icon } from './Icon.jsx';

const KINDS = { waiting: 'waiting', 'given up': 'waiting', failed: 'failed' };

/** One request: a line, and what is behind it. */
export function Request({ row, rules, isOpen, onToggle }) {
  const { state, status, decision, method, path, ms } = row;
  const kind = KINDS[state] ?? (status >= 400 ? 'refused' : 'allowed');
  const id = `request-${row.key}`;
  return (
    <li
      className="request"
      data-testid="request"
      data-kind={kind}
      data-request-id={row.id}
      data-reason={decision?.reason}
    >
      <h3 className="request-title">
        <button
          type="button"
          className="request-head"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => onToggle(!isOpen)}
        >
          <span className={`status status-${kind}`}>{status ?? (state === 'waiting' ? '…' : '–')}</span>
          <span className="request-words">
            <span className="request-name">
              {decision?.operation ?? `${method} ${path}`}
              {decision?.agent && <b> {decision.agent}</b>}
            </span>
            <small>{summaryOf(row)}</small>
          </span>
          <span className="request-end">
            {decision?.cache && <span className="tag">{decision.cache}</span>}
            {ms !== undefined && <span className="ms">{ms} ms</span>}
          </span>
          <Icon name="chevron" size={16} />
        </button>
      </h3>
      <div id={id} hidden={!isOpen}>
        {isOpen && <Details row={row} rules={rules} />}
      </div>
    </li>
  );
}

function summaryOf({ state, decision, via }) {
  if (state === 'failed') return 'no answer: the gate cannot be reached';
  if (state === 'given up') return 'given up by the page';
  if (!decision) return state === 'waiting' ? 'on its way' : 'waiting for the log';
  const who = decision.sub ? `as ${decision.sub}` : 'nobody known';
  const how = via === 'server' ? ', sent as curl would' : '';
  if (decision.outcome === 'allow' && !isUnanswered(decision)) return `allowed ${who}${how}`;
  return `${decision.status >= 500 ? 'not answered' : 'refused'}: ${decision.reason}${how}`;
}
