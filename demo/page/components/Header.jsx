import { PartsMenu } from './PartsMenu.jsx';
import { ThemeButton } from './ThemeButton.jsx';
import { UserBar } from './UserBar.jsx';

export function Header({ settings, demo, session }) {
  return (
    <header className="header">
      <a className="brand" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span>copilotkit-gate</span> <span className="brand-note">demo</span>
      </a>
      <div className="header-end">
        {session.status !== 'nobody' && <UserBar settings={settings} session={session} />}
        <PartsMenu demo={demo} settings={settings} />
        <ThemeButton />
      </div>
    </header>
  );
}
