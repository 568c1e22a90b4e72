import { getBoolean, toPointer } from '../../../std/index.ts';
import { formatRef, refOf, World, type Fact } from '../../../model/index.ts';
import { listAccountUses, type AccountUse } from '../accounts.ts';
import { toUserKey } from '../binding.ts';
import { listHoldings, toCoverage } from '../holding.ts';
import { readPolicy } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import { toServiceAccountUser } from '../request.ts';
import { toCheck } from './check.ts';

/** Workloads whose Pods mount the token of a ServiceAccount that may do no more than any account: whoever enters them has a foot in the door. */
export function checkTokens(world: World): readonly Fact[] {
  const isIdle = listIdle(world);
  return listAccountUses(world).flatMap((use) => {
    if (!mountsToken(use, world) || !isIdle(use)) return [];
    const ref = refOf(use.object);
    const data = { workload: formatRef(ref), account: `ServiceAccount ${use.namespace}/${use.account}` };
    return [toCheck('KA0611', { ref, path: toPointer([...use.template.path, 'spec']), data })];
  });
}

function mountsToken({ template, namespace, account }: AccountUse, world: World): boolean {
  const own = getBoolean(template.spec, 'automountServiceAccountToken');
  const object = world.get({ group: '', kind: 'ServiceAccount', namespace, name: account });
  return own ?? (object === undefined ? undefined : getBoolean(object, 'automountServiceAccountToken')) ?? true;
}

/** Whether an account may do no more than what every cluster grants its groups from the start. */
function listIdle(world: World): (use: AccountUse) => boolean {
  const [policy, fresh] = [readPolicy(world), readPolicy(World.EMPTY)];
  const known = new Map<string, boolean>();
  return ({ namespace, account }) => {
    const principal = toPrincipal(toUserKey(toServiceAccountUser(namespace, account).name));
    const idle =
      known.get(principal.key) ??
      [principal.key, ...principal.groups].every((key) => {
        const isFromTheStart = toCoverage(fresh, [key]);
        return listHoldings(policy, key).every((holding) => isFromTheStart(holding.permission, holding.namespace));
      });
    known.set(principal.key, idle);
    return idle;
  };
}
