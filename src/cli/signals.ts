/** What SIGINT and SIGTERM do to the process. */
export interface Signals {
  /** Aborts when one of them comes while somebody holds them. */
  readonly signal: AbortSignal;
  /**
   * From here until what it answers is called, they abort `signal`, and a second one ends the process. Otherwise they end it
   * where it is, also where it computes and would not hear of an abort: for work that leaves nothing behind.
   */
  readonly hold: () => () => void;
}

/** The signals of the running process. */
export function processSignals(): Signals {
  const controller = new AbortController();
  let holders = 0;
  const names = ['SIGINT', 'SIGTERM'] as const;
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(name === 'SIGTERM' ? 143 : 130);
    controller.abort(name);
  };
  const release = (): void => {
    if (--holders === 0 && !controller.signal.aborted) for (const name of names) process.off(name, onSignal);
  };
  const hold = (): (() => void) => {
    if (holders++ === 0 && !controller.signal.aborted) for (const name of names) process.on(name, onSignal);
    return release;
  };
  // The first process of a container is never ended by a signal that it does not handle.
  if (process.pid === 1) hold();
  return { signal: controller.signal, hold };
}
