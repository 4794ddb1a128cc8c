// @ts-check
// What the scripts print: one line per thing done, one line per failure.

/** A failure whose message is all that the person needs: printed without a stack. */
export class Failure extends Error {}

/**
 * Prints one line of progress.
 *
 * @param {string} line
 */
export const say = (line) => console.error(`• ${line}`);

/**
 * Runs a script's `main`; a `Failure` becomes one clear line and exit code 1.
 *
 * @param {() => Promise<number | void> | number | void} main
 */
export async function script(main) {
  try {
    process.exitCode = (await main()) ?? process.exitCode ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `✗ ${error.message}` : error);
    process.exitCode = 1;
  }
}

/**
 * `--help` and `-h`, as every script here takes them.
 *
 * @param {string[]} args
 */
export const asksForHelp = (args) => args.includes('--help') || args.includes('-h');
