// @ts-check
// workerd's inspector: what DevTools asks of an isolate.

/**
 * A session with the Worker `gate`: the DevTools protocol over a WebSocket.
 *
 * @param {number | undefined} port
 */
export async function attach(port) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const target = targets.find((/** @type {{id: string, title: string}} */ { id, title }) =>
    `${id} ${title}`.includes('gate'),
  );
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = waiting.get(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  };
  let last = 0;
  return {
    /**
     * @param {string} method
     * @param {object} [params]
     * @returns {Promise<any>}
     */
    call(method, params = {}) {
      const id = ++last;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    close: () => socket.close(),
  };
}
