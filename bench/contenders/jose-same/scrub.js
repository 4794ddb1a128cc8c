// @ts-check
// What a browser may not say in an agent's input: who the caller is, and how a backend runs.

const IDENTITY = /^(?:authuser|copilotkitauth|copilotkitforwardedheaders|langgraphauth.*)$/s;
const STEERING = new Set(
  (
    'afterseconds assistantid context durability feedbackkeys ifnotexists interruptafter interruptbefore ' +
    'langsmithtracer mcpendpoints mcpservers metadata multitaskstrategy oncompletion ondisconnect onruncreated ' +
    'restorefrom signal streamresumable strictresume threadmetadata webhook'
  ).split(' '),
);
const COMMAND_STEERING = new Set(['goto', 'graph', 'update']);
const CONFIG = new Set(['configurable', 'recursion_limit', 'recursionLimit', 'tags']);
const CONFIGURABLE_STEERING = new Set(['assistantid', 'graphid', 'runid', 'threadid']);

/** Takes out of `input` whatever a backend would believe, and puts `user` in place of the one that the client named. */
export function scrub(input, user) {
  const { forwardedProps: props, state } = input;
  if (isObject(props)) {
    for (const name of Object.keys(props)) {
      const folded = fold(name);
      if (name.toLowerCase() === 'authorization' || IDENTITY.test(folded) || steers(name, folded)) delete props[name];
      else if (folded === 'userid') props[name] = user;
    }
    if (isObject(props.config)) {
      const { config } = props;
      removeIf(config, (name) => !CONFIG.has(name));
      if (isObject(config.configurable)) removeIf(config.configurable, (_, folded) => isReserved(folded));
    }
    if (isObject(props.command)) removeIf(props.command, (_, folded) => COMMAND_STEERING.has(folded));
    if (isObject(props.crewai)) removeIf(props.crewai, steers);
  }
  if (isObject(state)) removeIf(state, (_, folded) => folded === 'headers' || IDENTITY.test(folded));
}

function removeIf(object, isUnwanted) {
  for (const name of Object.keys(object)) if (isUnwanted(name, fold(name))) delete object[name];
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** A name without case, `_` and `-`: backends read members under several spellings. */
const fold = (name) => name.replace(/[_-]/g, '').toLowerCase();

/** Only `config` itself is looked into. */
const steers = (name, folded) =>
  STEERING.has(folded) || folded.startsWith('checkpoint') || (folded === 'config' && name !== 'config');

const isReserved = (folded) =>
  IDENTITY.test(folded) || CONFIGURABLE_STEERING.has(folded) || folded.startsWith('checkpoint');
