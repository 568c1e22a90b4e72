import {
  describe,
  formatRef,
  gvkOf,
  refKeyOf,
  refOf,
  toRefKey,
  type FactChange,
  type KubernetesObject,
  type SchemaCatalog,
  type World,
} from '../model/index.ts';
import { getString, isEqualJson, toPointer } from '../std/index.ts';
import { judgeObject } from './digest.ts';
import type { JudgedProblem } from './findings.ts';

/**
 * Custom resources that stay as they are, and that their definition lets pass in `before` and not in `after`. The API server keeps them,
 * but refuses the next write of such a field, and another cluster cannot be given them at all
 * (`apiextensions-apiserver/pkg/registry/customresource`, KEP-4008 for what is written unchanged).
 */
export function compareDefinitions(before: World, after: World, catalog: SchemaCatalog): readonly FactChange[] {
  return after.byKind('apiextensions.k8s.io', 'CustomResourceDefinition').flatMap((is) => {
    const was = before.get(refOf(is));
    if (was === undefined || was === is || isEqualJson(was['spec'], is['spec'])) return [];
    const [group, kind] = [getString(is, 'spec', 'group') ?? '', getString(is, 'spec', 'names', 'kind') ?? ''];
    const [old, now] = [catalog.withCustomResources([was]), catalog.withCustomResources([is])];
    return after.byKind(group, kind).flatMap((object) => {
      const stored = before.get(refOf(object));
      const isServed = [old, now].every((each) => each.find(gvkOf(object)) !== undefined);
      if (!isServed || stored === undefined || (stored !== object && !isEqualJson(stored, object))) return [];
      const known = new Set(judge(object, old).map(wordsOf));
      return judge(object, now).flatMap((item) => (known.has(wordsOf(item)) ? [] : [toFact(object, is, item)]));
    });
  });
}

function judge(object: KubernetesObject, catalog: SchemaCatalog): readonly JudgedProblem[] {
  return judgeObject(object, [catalog], true);
}

function wordsOf({ problem: { code, data } }: JudgedProblem): string {
  return describe({ code, data });
}

function toFact(object: KubernetesObject, definition: KubernetesObject, item: JudgedProblem): FactChange {
  const [subject, ref] = [refOf(object), refOf(definition)];
  const path = toPointer(item.problem.path);
  const data = { referrer: formatRef(subject), target: formatRef(ref), problem: wordsOf(item) };
  return {
    change: 'gained',
    fact: {
      engine: 'reference',
      code: 'KR0049',
      severity: 'error',
      key: ['KR0049', refKeyOf(object), path, data.problem, toRefKey(ref)].join('|'),
      subject,
      data,
      objects: [
        { ref, path: '/spec/versions', decides: true },
        { ref: subject, path },
      ],
    },
  };
}
