import type { Io } from '../../src/cli/io.ts';
import { cleanEnv } from '../cli/program.ts';

/** What a program wrote. */
interface Written {
  readonly out: string;
  readonly err: string;
}

/** An Io for a program run within the test: no terminal, no input, no environment but PATH; what it writes is kept. */
export function toTestIo(cwd: string): { readonly io: Io; readonly written: () => Written } {
  let [out, err] = ['', ''];
  const io: Io = {
    stdin: noInput(),
    env: cleanEnv(),
    cwd,
    width: 100,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    signal: new AbortController().signal,
    hold: () => () => undefined,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    ask: () => Promise.resolve(''),
    now: () => 0,
    random: () => 0,
  };
  return { io, written: () => ({ out, err }) };
}

async function* noInput(): AsyncGenerator<Uint8Array> {}
