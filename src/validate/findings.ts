import { toFinding, type Finding, type Manifest, type ObjectRef } from '../model/index.ts';
import { compareBy, stringifyJson, toPointer, type JsonObject } from '../std/index.ts';
import type { Problem } from './problem.ts';

/** What the versions asked for say of one object: problems that several share are one, with the versions that they hold for. */
export class ProblemMerge {
  readonly #found = new Map<string, { readonly problem: Problem; readonly versions: string[] }>();
  readonly #asked: number;

  constructor(asked: number) {
    this.#asked = asked;
  }

  add(problem: Problem, version: string): void {
    const key = [problem.code, problem.severity ?? '', toPointer(problem.path), stringifyJson(asObject(problem.data))].join('\u0000');
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { problem, versions: [version] });
    else if (!known.versions.includes(version)) known.versions.push(version);
  }

  /** Each problem once. */
  list(): readonly JudgedProblem[] {
    return [...this.#found.values()].map(({ problem, versions }) =>
      versions.length === this.#asked ? { problem } : { problem, versions },
    );
  }
}

/** A problem, and the versions that it holds for if that is not all. */
export interface JudgedProblem {
  readonly problem: Problem;
  readonly versions?: readonly string[];
}

/** The finding of a problem of one object: with its place in the manifest's source. */
export function toJudgedFinding({ problem, versions }: JudgedProblem, manifest: Manifest, ref: ObjectRef): Finding {
  const finding = toPlacedFinding(problem, manifest, ref);
  return versions === undefined ? finding : { ...finding, versions };
}

function asObject(data: Problem['data']): JsonObject {
  return data;
}

/** A problem as a finding: with the object's ref, its place in the source, and the reason of a comment that waives it. */
export function toPlacedFinding(problem: Problem, manifest: Manifest, ref: ObjectRef): Finding {
  const source = manifest.origin.locate(problem.path);
  const waiver = manifest.waivers?.find((item) => item.code === problem.code && item.line === source.line);
  return toFinding(problem.code, {
    ...(problem.severity === undefined ? {} : { severity: problem.severity }),
    ref,
    path: toPointer(problem.path),
    source,
    data: problem.data,
    ...(waiver === undefined ? {} : { waived: waiver.reason }),
  });
}

/** Orders findings by place, then code, path and data. */
export const compareFindings: (a: Finding, b: Finding) => number = compareBy(
  (finding) => finding.source?.file ?? '',
  (finding) => finding.source?.line ?? 0,
  (finding) => finding.source?.column ?? 0,
  (finding) => finding.code,
  (finding) => finding.path ?? '',
  (finding) => stringifyJson(finding.data),
);
