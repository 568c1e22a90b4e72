import { fieldsAt, fill, fillZero, itemsAt, type Draft } from './draft.ts';

/** Completes a ResourceClaim; until v1beta1 the request itself says what v1beta2 and v1 have under `exactly`. */
export function defaultResourceClaim(object: Draft): void {
  defaultClaimSpec(fieldsAt(object, 'spec'));
}

export function defaultResourceClaimTemplate(object: Draft): void {
  defaultClaimSpec(fieldsAt(object, 'spec', 'spec'));
}

/** Completes a ResourceSlice: amounts are no pointers in Go, and one that is not given is written as zero. */
export function defaultResourceSlice(object: Draft): void {
  for (const set of itemsAt(object, 'spec', 'sharedCounters')) defaultAmounts(fieldsAt(set, 'counters'));
  for (const device of itemsAt(object, 'spec', 'devices')) {
    for (const form of [device, fieldsAt(device, 'basic')]) {
      if (form === undefined) continue;
      defaultAmounts(fieldsAt(form, 'capacity'));
      for (const consumed of itemsAt(form, 'consumesCounters')) defaultAmounts(fieldsAt(consumed, 'counters'));
    }
  }
}

function defaultAmounts(amounts: Draft | undefined): void {
  for (const name of Object.keys(amounts ?? {})) fill(fieldsAt(amounts ?? {}, name) ?? {}, { value: '0' });
}

function defaultClaimSpec(spec: Draft | undefined): void {
  if (spec === undefined) return;
  for (const request of itemsAt(spec, 'devices', 'requests')) {
    const exactly = fieldsAt(request, 'exactly') ?? (request['deviceClassName'] === undefined ? undefined : request);
    if (exactly !== undefined) defaultDeviceRequest(exactly);
    itemsAt(request, 'firstAvailable').forEach(defaultDeviceRequest);
  }
}

function defaultDeviceRequest(request: Draft): void {
  fill(request, { allocationMode: 'ExactCount' });
  if (request['allocationMode'] === 'ExactCount') fillZero(request, { count: 1 });
}
