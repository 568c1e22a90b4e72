import { ensureAt, fieldsAt, fill, fillZero, type Draft } from './draft.ts';

export function defaultFlowSchema(object: Draft): void {
  fillZero(ensureAt(object, 'spec'), { matchingPrecedence: 1000 });
}

export function defaultPriorityLevel(object: Draft): void {
  const exempt = fieldsAt(object, 'spec', 'exempt');
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = fieldsAt(object, 'spec', 'limited');
  if (limited !== undefined) fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = fieldsAt(object, 'spec', 'limited', 'limitResponse', 'queuing');
  if (queuing !== undefined) fillZero(queuing, { handSize: 8, queues: 64, queueLengthLimit: 50 });
}
