import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../../src/model/index.ts';
import { isObject, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { judgeOurselves } from '../../judges/validate.judge.ts';
import { readYaml } from '../../judges/bases.ts';

const FOLDER = new URL('../../../fixtures/judges/bases/', import.meta.url).pathname;
const CATALOGS = { '1.34': loadCatalog('1.34'), '1.36': loadCatalog('1.36') };
const BASES = readYaml(FOLDER);

/** A copy of the object of a kind and name, with another value at a path. */
function change(name: string, path: string, value: JsonValue | undefined): JsonObject {
  const base = BASES.find((object) => `${object.kind} ${nameOf(object)}` === name);
  const put = (at: JsonValue | undefined, [step, ...rest]: readonly string[]): JsonValue | undefined => {
    if (step === undefined) return value;
    if (Array.isArray(at)) return at.map((item: JsonValue, index) => (String(index) === step ? (put(item, rest) ?? null) : item));
    const { [step]: known, ...others } = isObject(at) ? at : {};
    const next = put(known, rest);
    return next === undefined ? others : { ...others, [step]: next };
  };
  const made = put(base, path.split('/'));
  assert.ok(isObject(made));
  return made;
}

const SLICE = 'ResourceSlice node-1-gpu';
const CLAIM = 'ResourceClaim gpus';
const NODE = 'Node node-1';
const REQUEST = 'CertificateSigningRequest checkout';
const NODES = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

const CASES: readonly (readonly [name: string, object: string, path: string, value: JsonValue | undefined, want: readonly string[]])[] = [
  [
    'neither of both requests',
    CLAIM,
    'spec/devices/requests',
    [{ name: 'one' }, { name: 'other', exactly: { deviceClassName: 'x' } }],
    [
      'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      'spec.devices.constraints[1].requests[0]: Invalid value: "other/large": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
    ],
  ],
  [
    'a count of all',
    CLAIM,
    'spec/devices/requests/1/firstAvailable/0/count',
    3,
    ["spec.devices.requests[1].firstAvailable[0].count: Invalid value: 3: must not be specified when allocationMode is 'All'"],
  ],
  [
    'an attribute without a domain',
    CLAIM,
    'spec/devices/constraints/0/matchAttribute',
    'model',
    [
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
    ],
  ],
  [
    'a selector that is no yes or no',
    'DeviceClass gpu',
    'spec/selectors/0/cel/expression',
    'device.driver',
    ['spec.selectors[0].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string'],
  ],
  ['a template with a name', 'ResourceClaimTemplate gpus', 'spec/metadata/name', 'x', ['spec.metadata.name: Forbidden: cannot be set']],
  ['a template with a number that says nothing', 'ResourceClaimTemplate gpus', 'spec/metadata/generation', 0, []],
  ['a slice of no node', SLICE, 'spec/nodeName', undefined, [`spec: Required value: ${NODES}`]],
  [
    'a slice of one and all nodes',
    SLICE,
    'spec/allNodes',
    true,
    [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${NODES}, but multiple fields are set`],
  ],
  ['devices of one name', SLICE, 'spec/devices/1/name', 'gpu-0', ['spec.devices[1]: Duplicate value: "gpu-0"']],
  [
    'a step that the default is none of',
    SLICE,
    'spec/devices/0/capacity/memory/requestPolicy/validRange/step',
    '3Gi',
    [
      'spec.devices[0].capacity[memory].requestPolicy.validRange.step: Invalid value: "20Gi": value is not a multiple of a given step (3Gi) from (1Gi)',
    ],
  ],
  [
    'a version that is none',
    SLICE,
    'spec/devices/0/attributes/driverVersion/version',
    '1.2',
    ['spec.devices[0].attributes[driverVersion].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0'],
  ],
  [
    'a taint twice',
    NODE,
    'spec/taints/1/effect',
    'NoSchedule',
    [
      'metadata.taints[1]: Duplicate value: {"Key":"dedicated","Value":"gpu","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  ],
  ['part of a pod', NODE, 'status/capacity/pods', '1500m', ['status.capacity.pods: Invalid value: "1500m": must be an integer']],
  [
    'two blocks of one family',
    NODE,
    'spec/podCIDRs/1',
    '10.1.0.0/24',
    ['spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one CIDR for each IP family'],
  ],
  [
    'a request that is none',
    REQUEST,
    'spec/request',
    'YQ==',
    ['spec.request: Invalid value: "YQ==": PEM block type must be CERTIFICATE REQUEST'],
  ],
  ['a usage twice', REQUEST, 'spec/usages/1', 'client auth', ['spec.usages[1]: Duplicate value: "client auth"']],
  [
    'a signer without a path',
    REQUEST,
    'spec/signerName',
    'example.com',
    ['spec.signerName: Invalid value: "example.com": must be a fully qualified domain and path of the form \'example.com/signer-name\''],
  ],
  [
    'a volume within an attachment that is kept elsewhere',
    'VolumeAttachment inline',
    'spec/source/inlineVolumeSpec/capacity',
    { storage: '1Gi' },
    ['spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes'],
  ],
];

for (const [name, object, path, value, want] of CASES) {
  test(`${object}: ${name}`, () => {
    assert.deepEqual(judgeOurselves(change(object, path, value), CATALOGS['1.36']), want);
  });
}

test('servers before 1.36 do not look at what they drop', () => {
  const claim = change(CLAIM, 'spec/devices/requests/0/exactly/tolerations/0/effect', 'Never');
  assert.equal(judgeOurselves(claim, CATALOGS['1.36']).length, 1);
  assert.deepEqual(
    judgeOurselves(change('DeviceClass gpu', 'spec/extendedResourceName', 'not one'), CATALOGS['1.34']).filter((text) =>
      text.includes('extended'),
    ),
    [],
  );
});
