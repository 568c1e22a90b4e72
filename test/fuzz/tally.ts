import { getArray, getNumber, parseJson } from '../../src/std/index.ts';

/** What a process found. */
export interface Tally {
  readonly documents: number;
  readonly manifests: number;
  readonly findings: number;
  readonly planned: number;
  readonly refused: number;
  readonly slowest: number;
  readonly slowestIndex: number;
  readonly failures: readonly string[];
}

export const NO_TALLY: Tally = {
  documents: 0,
  manifests: 0,
  findings: 0,
  planned: 0,
  refused: 0,
  slowest: 0,
  slowestIndex: -1,
  failures: [],
};

export function join(a: Tally, b: Tally): Tally {
  const slower = b.slowest > a.slowest ? b : a;
  return {
    documents: a.documents + b.documents,
    manifests: a.manifests + b.manifests,
    findings: a.findings + b.findings,
    planned: a.planned + b.planned,
    refused: a.refused + b.refused,
    slowest: slower.slowest,
    slowestIndex: slower.slowestIndex,
    failures: [...a.failures, ...b.failures],
  };
}

export function decodeTally(text: string): Tally {
  const value = parseJson(text);
  const read = (name: string): number => getNumber(value, name) ?? -1;
  return {
    documents: read('documents'),
    manifests: read('manifests'),
    findings: read('findings'),
    planned: read('planned'),
    refused: read('refused'),
    slowest: read('slowest'),
    slowestIndex: read('slowestIndex'),
    failures: getArray(value, 'failures').map(String),
  };
}
