/** Somebody ended the demo. */
export class Interrupted extends Error {
  constructor(readonly by: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${by}`);
  }
}
