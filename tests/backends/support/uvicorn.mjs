// How most of the Python examples are started.

/** An application of the example's folder. */
export const uvicorn =
  (app) =>
  ({ port }) => ({ command: ['uvicorn', app, '--port', port], ready: /Uvicorn running on/ });
