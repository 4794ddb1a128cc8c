// @ts-check
/** A failure whose message is all that the person needs; `exitCode` is 2 where the input cannot be read. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Why the network or the file system failed: a code such as `ECONNREFUSED`, or else the message. `fetch` hides its own in `cause`.
 *
 * @param {any} error
 * @returns {string}
 */
export function reasonOf(error) {
  const { code, message } = error.cause ?? error;
  // A DOMException, such as that of a time limit, has a number.
  return typeof code === 'string' ? code : message;
}
