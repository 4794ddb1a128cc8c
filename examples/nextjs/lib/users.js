// Who can sign in while you develop.

export const USERS = [
  { id: 'alice', name: 'Alice', role: 'admin' },
  { id: 'bob', name: 'Bob', role: 'member' },
];
