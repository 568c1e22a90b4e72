import { resolve } from 'node:path';
import { stringifyJson, type JsonObject } from '../std/index.ts';
import { readInput } from './input.ts';
import type { Io } from './io.ts';

/** Answers questions of a file of JSON Lines, one line each, in their order. Exit 3 if one was no question. */
export async function answerBatch(file: string, answer: (line: string) => JsonObject, io: Io): Promise<number> {
  const text = file === '-' ? await readStandardInput(io) : readInput(resolve(io.cwd, file), file).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  let isWhole = true;
  for (const line of lines) {
    const answered = answer(line);
    if ('error' in answered) isWhole = false;
    io.out(`${stringifyJson(answered)}\n`);
  }
  return isWhole ? 0 : 3;
}

/** The text of standard input. */
export async function readStandardInput({ stdin }: Pick<Io, 'stdin'>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
