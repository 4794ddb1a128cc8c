import { useCallback, useEffect, useMemo, useState } from 'react';
import { requests } from '../traffic/requests.js';
import { ProviderDown, returnFromSignIn, signIn } from './oidc.js';
import { forget, held, keep, sessionOf } from './store.js';

/**
 * Who is here. `status` is `nobody`, `busy`, `in`, `out` (somebody was, and what they did is still shown), `refused` (by the
 * gate, with `refusal`) or `unreachable` (the gate, that is). `problem` says in words why signing in did not work.
 */
export function useSession(settings) {
  const [state, setState] = useState(() => {
    const user = held()?.user;
    return user ? { status: 'busy', user } : { status: 'nobody' };
  });
  const { user } = state;
  const session = useMemo(() => user && sessionOf(settings, user), [settings, user]);

  /** Asks the gate who it takes the caller for, before anything of the chat is there. */
  const check = useCallback(
    async (checked) => {
      const headers = { Authorization: `Bearer ${held()?.token}` };
      try {
        const response = await requests.fetch(`${settings.gate}/.gate/whoami`, { headers });
        const body = await response.json();
        if (response.ok) return setState({ status: 'in', user: checked, identity: body.identity });
        // A token from before the demo was started again is nobody's.
        if (body.code === 'invalid_token') return setState({ status: 'nobody' });
        setState({ status: 'refused', user: checked, refusal: body });
      } catch {
        setState({ status: 'unreachable', user: checked });
      }
    },
    [settings],
  );

  const enter = useCallback(
    async (who) => {
      setState((now) => ({ ...now, isSigningIn: true, problem: undefined }));
      try {
        const tokens = await signIn(settings, who);
        if (!tokens) return setState((now) => ({ ...now, isSigningIn: false }));
        keep(who, tokens);
        await check(who);
      } catch (error) {
        const problem = error instanceof ProviderDown ? { part: 'provider' } : { text: error.message };
        setState((now) => ({ ...now, isSigningIn: false, problem }));
      }
    },
    [settings, check],
  );

  const leave = useCallback((refusal) => {
    forget();
    setState((now) => ({ ...now, status: 'out', refusal }));
  }, []);

  /** Away from everything of whoever was here. */
  const close = useCallback(() => {
    forget();
    setState({ status: 'nobody' });
  }, []);

  useEffect(() => {
    const start = async () => {
      const back = await returnFromSignIn(settings);
      if (back) keep(back.user, back.tokens);
      const who = held()?.user;
      if (who) await check(who);
    };
    start().catch((error) => setState({ status: 'nobody', problem: { text: error.message } }));
  }, [settings, check]);

  const retry = useCallback(() => held() && check(held().user), [check]);
  return { ...state, session, enter, leave, close, retry };
}
