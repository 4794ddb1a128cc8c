import { useCallback, useEffect, useState } from 'react';
import { Copilot } from '../../../examples/client/Copilot.jsx';
import { AgentChat } from './AgentChat.jsx';
import { Notice } from './Notice.jsx';
import { noticeFor } from './notices.js';

/** The chat, and over it what is in its way. It stays where it is while its user signs in again. */
export function ChatColumn({ settings, demo, session, handle }) {
  const [problem, setProblem] = useState();
  const [round, setRound] = useState(0);
  const { status } = session;
  const [isMounted, setMounted] = useState(status === 'in');

  useEffect(() => {
    if (status !== 'in') return;
    setMounted(true);
    setProblem(undefined);
  }, [status]);

  // CopilotKit asks for the agents once. Where that has failed, it is told to begin again when there is somebody to ask.
  const { gate, runtime } = demo.parts;
  const canAsk = demo.isThere && gate === 'up' && runtime === 'up';
  useEffect(() => {
    if (!canAsk) return;
    setProblem((now) => {
      if (now?.isAboutInfo) setRound((before) => before + 1);
      return now?.status >= 500 || now?.status === undefined ? undefined : now;
    });
  }, [canAsk]);
  const { retry } = session;
  useEffect(() => {
    if (canAsk && status === 'unreachable') retry();
  }, [canAsk, status, retry]);

  const onError = useCallback(({ code, error }) => {
    if (error.status === 401 || error.runtimeInfoStatus === 401) return; // the session's
    if (code.endsWith('_event')) return; // the first of two
    const isAboutInfo = code === 'runtime_info_fetch_failed';
    const failed = error.status ?? error.runtimeInfoStatus;
    // After a run has failed, the agents are asked for once more: what the run was told says more.
    setProblem((now) =>
      now && isAboutInfo && !now.isAboutInfo
        ? { ...now, isAboutInfo }
        : { status: failed, payload: error.payload, isAboutInfo },
    );
  }, []);
  const { leave } = session;
  const onSignedOut = useCallback((refusal) => leave(refusal), [leave]);
  const onSent = useCallback(() => setProblem(undefined), []);

  const notice = noticeFor({ problem, demo, session, settings });
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
