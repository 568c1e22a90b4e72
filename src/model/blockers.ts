import type { Effect, EngineName, Finding } from './finding.ts';
import type { Plan } from './plan.ts';

/** The engine that each family of codes belongs to. */
const FAMILIES: readonly (readonly [string, EngineName])[] = [
  ['KA', 'rbac'],
  ['KN', 'network'],
  ['KP02', 'restart'],
  ['KP04', 'lifecycle'],
  ['KQ', 'admission'],
  ['KR', 'reference'],
  ['KS', 'scheduler'],
  ['KU', 'rollout'],
];

/** The engine that a code belongs to: what an effect of one plan says is a finding of the next. Undefined for codes of no engine. */
export function findEngine(code: string): EngineName | undefined {
  return FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** The errors that an apply stops at, findings first: those that are neither waived nor allowed by their code or engine. */
export function listBlockers({ findings, effects }: Plan, allowed: ReadonlySet<string>): readonly (Finding | Effect)[] {
  const isOpen = ({ severity, code }: Finding | Effect, engine: EngineName | undefined): boolean =>
    severity === 'error' && !allowed.has(code) && (engine === undefined || !allowed.has(engine));
  return [
    ...findings.filter((finding) => finding.waived === undefined && isOpen(finding, findEngine(finding.code))),
    ...effects.filter((effect) => isOpen(effect, effect.engine)),
  ];
}
