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
