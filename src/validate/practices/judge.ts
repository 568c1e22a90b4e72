import { formatRef, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import type { Problem } from '../problem.ts';
import { PRACTICES } from './index.ts';
import type { Edit, Profile } from './practice.ts';

/** Which practices a configuration turns on: whole profiles, single codes, and of all these not the ones of `except`. */
export interface PracticeChoice {
  readonly profiles: readonly Profile[];
  readonly codes: readonly string[];
  readonly except: readonly string[];
}

/** A lapse as a problem of an object, and what mends it if that is safe. */
export interface PracticeProblem {
  readonly object: KubernetesObject;
  readonly problem: Problem;
  readonly fix?: readonly Edit[];
}

/** Where the objects of a world do not follow the practices chosen. */
export function listPracticeProblems(world: World, { profiles, codes, except }: PracticeChoice): readonly PracticeProblem[] {
  const chosen = PRACTICES.filter(({ code, profile }) => (profiles.includes(profile) || codes.includes(code)) && !except.includes(code));
  return chosen.flatMap((practice) =>
    practice.find(world).map(({ object, path, data, fix }) => ({
      object,
      problem: { code: practice.code, path, data: { object: formatRef(refOf(object)), ...data } },
      ...(fix === undefined ? {} : { fix }),
    })),
  );
}
