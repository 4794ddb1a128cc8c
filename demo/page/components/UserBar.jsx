/** Who is signed in. The names of its parts are those of CopilotKit's own authentication demo. */
export function UserBar({ settings, session }) {
  const { status, user, enter, close, leave } = session;
  const { name, about } = settings.people[user];
  const isIn = status === 'in' || status === 'busy' || status === 'unreachable';
  const isRefused = status === 'refused';
  return (
    <div className="user-bar" data-testid="auth-banner" data-authenticated={String(isIn)}>
      <span className="avatar" aria-hidden="true">
        {name[0]}
      </span>
      <span className="user-words">
        <span data-testid="auth-status">
          {isIn ? `Signed in as ${name}` : isRefused ? `Refused as ${name}` : 'Signed out'}
        </span>
        <small>{isIn ? about : isRefused ? 'by the gate' : `${name} was here`}</small>
      </span>
      {isIn ? (
        <button type="button" className="quiet-button" data-testid="auth-sign-out-button" onClick={() => leave()}>
          Sign out
        </button>
      ) : (
        <>
          {!isRefused && (
            <button
              type="button"
              className="quiet-button"
              data-testid="auth-authenticate-button"
              onClick={() => enter(user)}
            >
              Sign in
            </button>
          )}
          <button type="button" className="quiet-button" data-testid="auth-switch-button" onClick={close}>
            Switch user
          </button>
        </>
      )}
    </div>
  );
}
