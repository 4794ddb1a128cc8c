import { useState } from 'react';
import { Icon } from './Icon.jsx';

export function ThemeButton() {
  const [isDark, setDark] = useState(() => document.documentElement.classList.contains('dark'));
  const change = () => {
    document.documentElement.classList.toggle('dark', !isDark);
    localStorage.setItem('theme', isDark ? 'light' : 'dark');
    setDark(!isDark);
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
      onClick={change}
    >
      <Icon name={isDark ? 'sun' : 'moon'} />
    </button>
  );
}
