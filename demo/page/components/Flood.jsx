/** Many requests of one scene, in one line. */
export function Flood({ rows }) {
  const refused = rows.filter(({ status }) => status >= 400);
  const allowed = rows.filter(({ status }) => status < 400);
  const arrived = refused.filter(({ arrival }) => arrival).length;
  return (
    <li className="request" data-testid="flood">
      <div className="request-head">
        <span className="status status-refused">429</span>
        <span className="request-words">
          <span className="request-name">
            {rows[0].path.slice(1)} <b>{rows.length} times</b>
          </span>
          <small>
            {allowed.length} allowed, {refused.length} refused; of these, {arrived} reached the runtime
          </small>
        </span>
      </div>
    </li>
  );
}
