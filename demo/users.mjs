// Who can sign in to the demo, and what their access tokens say about them.

export const USERS = {
  alice: { role: 'admin', permissions: ['agents:run', 'threads:read', 'threads:clear'] },
  bob: { role: 'member', permissions: ['agents:run'] },
  carol: { role: 'member', permissions: ['agents:run'] },
};

/** What the sign-in pages say about them. */
export const PEOPLE = {
  alice: { name: 'Alice', about: 'Administrator' },
  bob: { name: 'Bob', about: 'Member' },
  carol: { name: 'Carol', about: 'Member whose access was revoked' },
};

/** Whose tokens the gate refuses from the start. */
export const REVOKED_USERS = ['carol'];
