import { explained } from '../../../cli/reasons.mjs';

/** Whether the gate let the request through, and the runtime did not answer it. */
export const isUnanswered = ({ reason }) => reason === 'bad_gateway' || reason === 'gateway_timeout';

/** Why a request was refused, in the words of `copilotkit-gate explain`, and what would let it pass. */
export function Explanation({ row: { decision, answer }, rules }) {
  const why = explained(decision.reason);
  const isFailure = decision.status >= 500;
  const rule = isFailure ? undefined : rules[decision.rule];
  return (
    <section className="explanation" data-testid="explanation">
      <p className="explanation-title">
        {isFailure ? 'Not answered' : 'Refused'}: {why?.means ?? decision.reason}
      </p>
      <dl>
        {answer && <Line name="caller" value={`${decision.status} ${answer.code}: ${answer.message}`} />}
        {why && <Line name="basis" value={why.basis} />}
        {rule && <Line name="rule" value={JSON.stringify(rule)} />}
        {why && <Line name="to pass" value={why.change} />}
      </dl>
    </section>
  );
}

function Line({ name, value }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
