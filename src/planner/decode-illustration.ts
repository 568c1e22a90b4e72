import type { Excerpt, Filled, GoneLines, Illustration, NodeFilling } from '../model/index.ts';
import { count, listOf, record, refuse, text, yes, type Decoder } from './decode.ts';

const share: Decoder<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : refuse(path, 'a share');

const gone = record<GoneLines>({ ahead: count, from: count, lines: listOf(text) }, {});

const excerpt: Decoder<Excerpt> = record<Omit<Excerpt, 'gone' | 'isOfBefore'>, Pick<Excerpt, 'gone' | 'isOfBefore'>>(
  { file: text, line: count, from: count, lines: listOf(text), marked: count },
  { gone: listOf(gone), isOfBefore: yes },
);

const filled = record<Filled>({ cpu: share, memory: share, pods: share }, {});

const nodes: Decoder<NodeFilling> = record<Pick<NodeFilling, 'name' | 'nodes'>, Pick<NodeFilling, 'after' | 'before'>>(
  { name: text, nodes: count },
  { before: filled, after: filled },
);

/** Reads what pages show of a plan strictly, as the plan itself is read. */
export const decodeIllustration: Decoder<Illustration> = record<Pick<Illustration, 'excerpts'>, Pick<Illustration, 'filling'>>(
  { excerpts: listOf(excerpt) },
  { filling: listOf(nodes) },
);
