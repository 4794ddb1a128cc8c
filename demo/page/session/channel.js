/** What the window for signing in says on it: the query that the provider came back with. */
export const CHANNEL = 'copilotkit-gate-demo:sign-in';
