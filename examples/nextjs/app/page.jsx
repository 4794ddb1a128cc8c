import { getServerSession } from 'next-auth';
import { authOptions } from '../lib/auth.js';
import { USERS } from '../lib/users.js';
import { App } from './app.jsx';

export default async function Page() {
  return <App session={await getServerSession(authOptions)} users={USERS.map(({ id, name }) => ({ id, name }))} />;
}
