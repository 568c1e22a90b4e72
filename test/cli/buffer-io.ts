import type { Io } from '../../src/cli/io.ts';

/** A process without terminal, environment and input, that keeps what is printed. */
export interface BufferIo extends Io {
  output(): string;
  errors(): string;
}

/** Such a process in a folder. */
export function bufferIo(cwd: string): BufferIo {
  let [printed, said] = ['', ''];
  return {
    cwd,
    env: { KUBECONFIG: '/no/such/kubeconfig', KPLAN_CACHE: '', PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null' },
    stdin: { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) },
    width: 100,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    signal: new AbortController().signal,
    hold: () => () => undefined,
    out: (text) => void (printed += text),
    drain: () => Promise.resolve(),
    err: (text) => void (said += text),
    ask: () => Promise.resolve(''),
    now: () => 0,
    random: () => 0.5,
    output: () => printed,
    errors: () => said,
  };
}
