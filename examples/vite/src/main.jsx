import { createRoot } from 'react-dom/client';
import { App } from './App.jsx';
import { openSession } from './session.js';

const opened = await openSession().then(
  (session) => ({ session }),
  () => ({ hasFailed: true }),
);
createRoot(document.getElementById('root')).render(<App {...opened} />);
