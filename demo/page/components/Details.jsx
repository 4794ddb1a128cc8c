import { Explanation, isUnanswered } from './Explanation.jsx';

/** Headers of the runtime's copy that are about the user, in this order. */
const IDENTITY = ['x-user-id', 'x-user-role', 'x-user-permissions', 'x-user-issuer'];

/** What was sent, what the gate decided, and what the runtime received. */
export function Details({ row, rules }) {
  const { decision, arrival, method, path, thread, hasToken, id, tools } = row;
  return (
    <div className="details">
      {decision && (decision.outcome === 'deny' || isUnanswered(decision)) && <Explanation row={row} rules={rules} />}
      <Facts
        title={row.via === 'server' ? "The demo's server sent" : 'This page sent'}
        facts={[
          ['request', `${method} ${path}`],
          ['token', hasToken ? 'in Authorization' : 'none'],
          ['thread', thread],
          ['tools', tools?.join(', ')],
        ]}
      />
      {decision && (
        <Facts
          title="The gate decided"
          facts={[
            ['outcome', decision.outcome],
            ['reason', decision.reason],
            ['rule', decision.rule === undefined ? undefined : `RULES[${decision.rule}]`],
            ['user', decision.sub],
            ['taken out', decision.dropped?.join(', ')],
            ['key', decision.kid && `${decision.kid} (${decision.alg})`],
            ['token', CACHE[decision.cache]],
          ]}
        />
      )}
      {arrival ? (
        <Facts
          title="The runtime received"
          facts={[
            ...IDENTITY.map((name) => [name, arrival.headers[name]]),
            ['thread', arrival.thread],
            ['tools', arrival.tools?.join(', ')],
            ['answered in', decision?.upstream_ms === undefined ? undefined : `${decision.upstream_ms} ms`],
          ]}
        />
      ) : (
        decision && <p className="nothing">The runtime never heard of it.</p>
      )}
      {id && <p className="fine">Request {id}</p>}
    </div>
  );
}

const CACHE = { hit: 'known from before (cache hit)', miss: 'verified now (cache miss)' };

function Facts({ title, facts }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  if (known.length === 0) return null;
  return (
    <section>
      <h4>{title}</h4>
      <dl>
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
