import type { Arguments } from '../arguments.ts';
import { usage } from '../arguments.ts';
import { renderCompletion } from '../completion.ts';
import type { Io } from '../io.ts';

/** `kplan completion SHELL`. */
export async function runCompletion(args: Arguments, io: Io): Promise<number> {
  const [shell] = args.positionals;
  if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish')
    throw usage(args.command, `no completion for ${shell ?? 'no shell'}: there is bash, zsh and fish`);
  io.out(renderCompletion(shell));
  return 0;
}
