import '@copilotkit/react-core/v2/styles.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/chat.css';
import './styles/live.css';
import './styles/scenes.css';
import { createRoot } from 'react-dom/client';
import { App } from './components/App.jsx';

createRoot(document.getElementById('root')).render(<App />);
