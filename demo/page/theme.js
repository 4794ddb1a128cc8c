// Runs before anything is painted: dark or light, as the person chose it here or on their system.

const chosen = localStorage.getItem('theme');
const isDark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
document.documentElement.classList.toggle('dark', isDark);
