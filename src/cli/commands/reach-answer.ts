import { listWorkloads, walkPacket } from '../../engine/network/index.ts';
import type { Flow, MatchingRule, SideVerdict, Verdict, WalkStep } from '../../engine/network/index.ts';
import { KplanError, type World } from '../../model/index.ts';
import type { ReachAnswerReport, RuleVerdict, SideEntry, StepEntry } from '../../report/index.ts';
import { findNearest } from '../../std/index.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { toLocate, type Locate } from '../stages/locate.ts';
import { headOfQuestion } from './reach-head.ts';

/** The answer to one question, with each step of the packet's way. Throws `NOT_FOUND` for an end that is not there. */
export function answerFlow(question: QuestionWorld, flow: Flow): ReachAnswerReport {
  const walk = walkPacket(question.world, flow);
  if (walk.kind === 'unknown-end') throw unknownEnd(walk.end, question.world);
  const { allowed, isUnknown, reasons, steps, verdict } = walk;
  const locate = toLocate(question);
  return {
    kind: 'ReachAnswerReport',
    ...headOfQuestion(question),
    ...flow,
    allowed,
    isUnknown,
    reasons,
    steps: steps.map((step) => toStep(step, locate)),
    sides: verdict === undefined ? [] : toSides(verdict, locate),
    next: toNext(allowed, isUnknown),
  };
}

function toNext(allowed: boolean, isUnknown: boolean): string {
  if (allowed) return '`kplan reach` alone lists every connection.';
  return isUnknown
    ? 'A ? marks what the objects do not tell: --context-objects FILE gives nodes, or the pods of a proxy or of the DNS.'
    : 'Every step must be passed: a ✗ marks where it ends.';
}

function toStep({ ref, path, isDoubtful, ...step }: WalkStep, locate: Locate): StepEntry {
  const source = ref === undefined ? undefined : locate(ref, path ?? '');
  return {
    ...step,
    isDoubtful: isDoubtful === true,
    ...(ref === undefined ? {} : { ref }),
    ...(path === undefined ? {} : { path }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Of a Pod that reaches itself no policy decides: there are no sides then. */
function toSides({ egress, ingress, reasons }: Extract<Verdict, { kind: 'verdict' }>, locate: Locate): readonly SideEntry[] {
  if (reasons.length < 2) return [];
  return [egress, ingress].map((side, index) => toSide(side, reasons[index] ?? '', locate));
}

function toSide({ direction, allowed, unknown, by, policies, rules, passes }: SideVerdict, reason: string, locate: Locate): SideEntry {
  const toRule = ({ ref, path, name, action }: MatchingRule): RuleVerdict => {
    const source = locate(ref, path);
    return { policy: ref, path, name, action, ...(source === undefined ? {} : { source }) };
  };
  const answer = { direction, allowed, ...(unknown === undefined ? {} : { unknown }), by, policies };
  return { ...answer, rules: rules.map(toRule), passes: passes.map(toRule), reason };
}

function unknownEnd(end: string, world: World): KplanError {
  const nearest = findNearest(
    end,
    listWorkloads(world).map(({ name }) => name),
  );
  const ends =
    'ends are workloads (namespace/name) or IP addresses; --to also takes a Service (namespace/name, or namespace/Service/name where a workload has the name too), a DNS name (name.namespace), or a host served from outside';
  const hint = nearest === undefined ? ends : `did you mean ${nearest}?`;
  return new KplanError('NOT_FOUND', `${end}: there is no such workload, and it is no IP address`, { hint });
}
