/** Why signing in is not possible, or has not worked. */
export function SignInProblem({ session, demo, settings }) {
  const text = problemOf(session, demo, settings);
  return (
    <p className="problem" role="status" data-testid="sign-in-problem">
      {text}
    </p>
  );
}

function problemOf({ problem, isSigningIn }, { isOnline, isThere, parts }, { issuer }) {
  if (!isOnline) return 'Your browser is offline. Signing in works again once it is not.';
  if (!isThere) return 'The demo has ended. Run npm start again: this page goes on by itself.';
  if (parts.provider === 'down') {
    return `The identity provider at ${new URL(issuer).host} is stopped: nobody can sign in. Start it in the menu above.`;
  }
  if (isSigningIn) return 'A window for signing in is open.';
  if (problem?.part === 'provider')
    return `The identity provider at ${new URL(issuer).host} did not answer. Please try again.`;
  return problem?.text;
}
