import { useCallback, useEffect, useState } from 'react';
import { Copilot } from '../../../examples/client/Copilot.jsx';
import { AgentChat } from './AgentChat.jsx';
import { Notice } from './Notice.jsx';
import { noticeFor } from './notices.js';

/** Between two attempts at what has failed. */
const PAUSE_MS = 1000;

/** The chat, and over it what is in its way. It stays where it is while its user signs in again. */
export function ChatColumn({ settings, demo, session, handle }) {
  const [problem, setProblem] = useState();
  /** Whether CopilotKit could not ask for the agents: until it is mounted anew, it sends nothing. */
  const [isBroken, setBroken] = useState(false);
  const [round, setRound] = useState(0);
  const { status } = session;
  const [isMounted, setMounted] = useState(status === 'in');

  useEffect(() => {
    if (status !== 'in') return;
    setMounted(true);
    setProblem(undefined);
  }, [status]);

  // CopilotKit asks for the agents once. Where that has failed, it begins again when there is somebody to ask.
  const { gate, runtime } = demo.parts;
  const canAsk = demo.isThere && gate === 'up' && runtime === 'up';
  useEffect(() => {
    if (!canAsk || !isBroken) return;
    const timer = setTimeout(() => {
      setBroken(false);
      setProblem(undefined);
      setRound((before) => before + 1);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [canAsk, isBroken]);
  const { retry } = session;
  useEffect(() => {
    if (!canAsk || status !== 'unreachable') return;
    retry();
    const timer = setInterval(retry, PAUSE_MS);
    return () => clearInterval(timer);
  }, [canAsk, status, retry]);

  const onError = useCallback(({ code, error }) => {
    if (error.status === 401 || error.runtimeInfoStatus === 401) return; // the session's
    if (code.endsWith('_event')) return; // the first of two
    if (code === 'runtime_info_fetch_failed') return setBroken(true);
    setProblem({ status: error.status, payload: error.payload });
  }, []);
  const { leave } = session;
  const onSignedOut = useCallback((refusal) => leave(refusal), [leave]);
  const onSent = useCallback(() => setProblem(undefined), []);

  const notice = noticeFor({ problem, isBroken, demo, session, settings });
  return (
    <section className="panel chat-panel" aria-label="Chat">
      <div className="chat-body">
        {isMounted && session.session ? (
          <Copilot
            key={`${session.user}-${round}`}
            session={session.session}
            onSignedOut={onSignedOut}
            onError={onError}
            runtimeUrl={settings.gate}
            enableInspector={false}
          >
            <AgentChat user={session.user} handle={handle} onSent={onSent} onError={onError} />
          </Copilot>
        ) : (
          <div className="chat-empty" aria-busy={status === 'busy'} />
        )}
        <Notice notice={notice} session={session} onClose={() => setProblem(undefined)} />
      </div>
    </section>
  );
}
