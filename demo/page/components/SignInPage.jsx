import { Icon } from './Icon.jsx';
import { SignInProblem } from './SignInProblem.jsx';

/** What somebody sees who has never been here. */
export function SignInPage({ settings, session, demo }) {
  const { people } = settings;
  return (
    <main className="welcome">
      <section className="pitch">
        <h1>See who gets through to your agents</h1>
        <p>
          A CopilotKit runtime believes whoever reaches it. Here the gate stands in front of one: it checks every call
          of this page, and hands over only what its user may do.
        </p>
        <ol className="way" aria-label="The way of a call">
          <Stop name="This page" where={location.host} />
          <Stop name="The gate" where={new URL(settings.gate).host} isGate />
          <Stop name="CopilotKit runtime" where="behind the gate" />
        </ol>
        <p className="fine">
          Everything is real and runs on this machine: the Worker in workerd, a CopilotKit runtime, an OpenID provider.
          Only the agents have no language model.
        </p>
      </section>
      <section className="card sign-in" data-testid="auth-sign-in-card" aria-labelledby="sign-in-title">
        <h2 id="sign-in-title">Sign in to chat</h2>
        <p>The demo's provider believes you without a password.</p>
        <ul className="people">
          {Object.entries(people).map(([user, { name, about }]) => (
            <li key={user}>
              <button
                type="button"
                className="person"
                data-testid={user === 'alice' ? 'auth-sign-in-button' : `sign-in-${user}`}
                disabled={session.isSigningIn}
                onClick={() => session.enter(user)}
              >
                <span className="avatar" aria-hidden="true">
                  {name[0]}
                </span>
                <span className="person-words">
                  Continue as {name}
                  <small>{about}</small>
                </span>
                <Icon name="chevron" />
              </button>
            </li>
          ))}
        </ul>
        <p className="fine">
          Until then this page sends <code data-testid="auth-demo-token">no token</code>
        </p>
        <SignInProblem session={session} demo={demo} settings={settings} />
      </section>
    </main>
  );
}

function Stop({ name, where, isGate = false }) {
  return (
    <li className={isGate ? 'stop stop-gate' : 'stop'}>
      {isGate && <Icon name="lock" size={16} />}
      <span>
        {name}
        <small>{where}</small>
      </span>
    </li>
  );
}
