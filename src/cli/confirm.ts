import { KplanError } from '../model/index.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';

/** Asks at the terminal unless --yes; throws `REFUSED` where the answer is not yes, or where nobody can be asked. */
export async function confirm(question: string, args: Arguments, io: Io): Promise<void> {
  if (args.has('yes')) return;
  if (!io.stdinIsTerminal || !io.stderrIsTerminal)
    throw new KplanError('REFUSED', 'nothing was done: there is no terminal to ask at', { hint: '--yes goes on without asking' });
  const answer = await io.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new KplanError('REFUSED', 'nothing was done: the answer was no');
}
