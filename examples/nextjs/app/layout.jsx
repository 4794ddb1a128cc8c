import '@copilotkit/react-core/v2/styles.css';
import './app.css';

export const metadata = { title: 'Next.js behind the gate' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
