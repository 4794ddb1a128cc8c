/** What is in the way of the chat. It lies over the chat, so that nothing moves. */
export function Notice({ notice, session, onClose }) {
  const { user, enter, close, isSigningIn, problem } = session;
  return (
    <div className="notice-place" role="alert">
      {notice && (
        <div className={`notice notice-${notice.kind}`} data-testid="auth-demo-error">
          <p className="notice-title">{notice.title}</p>
          <p>{notice.text}</p>
          {problem && <p>{problem.part === 'provider' ? 'The identity provider does not answer.' : problem.text}</p>}
          <div className="notice-actions">
            {notice.action === 'sign-in' && (
              <button
                type="button"
                className="main-button"
                data-testid="sign-in-again"
                disabled={isSigningIn}
                onClick={() => enter(user)}
              >
                Sign in again
              </button>
            )}
            {(notice.action === 'sign-in' || notice.action === 'switch') && (
              <button type="button" className="quiet-button" onClick={close}>
                Sign in as somebody else
              </button>
            )}
            {notice.action === 'close' && (
              <button type="button" className="quiet-button" onClick={onClose}>
                All right
              </button>
            )}
          </div>
          {notice.requestId && <p className="fine">Request {notice.requestId}</p>}
        </div>
      )}
    </div>
  );
}
