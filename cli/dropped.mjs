// @ts-check
// What the gate took out of a body, and the setting that lets it pass.

/** Names that no setting lets pass, without case, `_` and `-`. */
const IDENTITY = /^(authorization|authuser|copilotkitauth|copilotkitforwardedheaders|headers|langgraphauth.*)$/;
const REVEALING = /\.stream_?mode\.(debug|checkpoints|tasks)$/i;
const COMMAND = /^forwardedProps\.command\./i;

/**
 * The setting that lets `name` pass, or why none does.
 * @param {string} name as the log has it
 */
export function remedyFor(name) {
  const last = name.split('.').at(-1) ?? '';
  if (name === 'messages.system' || name === 'messages.developer') return `MESSAGE_ROLES with "${last}"`;
  if (name === 'messages.url') return 'ATTACHMENT_URLS with its origin';
  if (name.startsWith('messages.')) return 'none: AG-UI has no such message or part';
  if (/(^|\.)(tools|actions)$/i.test(name)) return "the rule's tools";
  if (REVEALING.test(name) || COMMAND.test(name)) return 'none: it reveals or redirects a run';
  if (IDENTITY.test(last.replace(/[_-]/g, '').toLowerCase())) return 'none: it says who the caller is';
  if (name.startsWith('forwardedProps.')) return `PROPERTIES with "${name.slice('forwardedProps.'.length)}"`;
  if (name.includes('.')) return 'none: the gate writes it, by IDENTITY_BODY';
  return 'none: it is another spelling of a member of AG-UI';
}
