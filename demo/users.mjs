// Who can sign in to the demo, and what their access tokens say about them.

export const USERS = {
  alice: { role: 'admin', permissions: ['agents:run', 'threads:read', 'threads:clear'] },
  bob: { role: 'member', permissions: ['agents:run'] },
};
