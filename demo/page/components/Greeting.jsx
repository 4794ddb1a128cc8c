import { AGENTS } from '../../config.mjs';
import { Icon } from './Icon.jsx';

const WORDS = {
  [AGENTS.helper]: {
    title: 'Ask the helper who you are',
    about: 'It knows you from the headers that the gate writes, and from nothing else.',
    questions: ['Who am I?', 'What should I try?'],
  },
  [AGENTS.operations]: {
    title: 'Restart a service',
    about: 'Only administrators reach this agent, and it does nothing before you confirm.',
    questions: ['Restart billing', 'What can you do?'],
  },
  [AGENTS.research]: {
    title: 'Watch a long answer stream',
    about: 'It goes through the gate word by word, as it is written.',
    questions: ['What happens to my message on its way?'],
  },
};

/** What an agent is for, and what to ask it first. */
export function Greeting({ agentId, say }) {
  const { title, about, questions } = WORDS[agentId];
  return (
    <div className="greeting">
      <span className="avatar">
        <Icon name="chat" size={22} />
      </span>
      <h2>{title}</h2>
      <p>{about}</p>
      <ul>
        {questions.map((question) => (
          <li key={question}>
            <button type="button" className="quiet-button" onClick={() => say(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
