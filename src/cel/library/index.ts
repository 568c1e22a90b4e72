import { AUTHORIZER, AUTHORIZER_SELECTORS } from './authorizer.ts';
import { CIDR } from './cidr.ts';
import { COMPREHENSIONS } from './comprehensions.ts';
import { FORMAT } from './format.ts';
import { IP } from './ip.ts';
import type { Library } from './library.ts';
import { LIST_EXTENSION } from './list-extension.ts';
import { LISTS } from './lists.ts';
import { OPTIONAL_TYPES } from './optional.ts';
import { QUANTITY } from './quantity.ts';
import { REGEX } from './regex.ts';
import { SEMVER } from './semver.ts';
import { SETS } from './sets.ts';
import { STANDARD } from './standard.ts';
import { STRINGS } from './strings.ts';
import { URLS } from './urls.ts';

/** A library and the minor version of Kubernetes from which on all expressions may use it. */
export interface VersionedLibrary {
  readonly since: number;
  readonly library: Library;
}

/** What Kubernetes gives to every expression (`k8s.io/apiserver/pkg/cel/environment/base.go`), in its order. */
export const LIBRARIES: readonly VersionedLibrary[] = [
  { since: 0, library: STANDARD },
  { since: 0, library: URLS },
  { since: 0, library: REGEX },
  { since: 0, library: LISTS },
  { since: 27, library: AUTHORIZER },
  { since: 28, library: OPTIONAL_TYPES },
  { since: 28, library: QUANTITY },
  { since: 29, library: STRINGS },
  { since: 29, library: SETS },
  { since: 30, library: IP },
  { since: 30, library: CIDR },
  { since: 31, library: FORMAT },
  { since: 31, library: AUTHORIZER_SELECTORS },
  { since: 32, library: COMPREHENSIONS },
  { since: 33, library: SEMVER },
  { since: 34, library: LIST_EXTENSION },
];
