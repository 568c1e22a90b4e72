import { getArray, getAt, getString, getStringMap, type JsonValue } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { parseAddress } from '../address.ts';

/** A host that a container is told of, in its environment or its arguments. */
export interface Mention {
  /** As it is written: a name, or an address. */
  readonly host: string;
  readonly port: number | undefined;
  /** The port that its scheme, or a variable of the same name, stands for. */
  readonly guess: number | undefined;
  /** Whether it can be nothing but a host: it has a scheme or a port. */
  readonly isSure: boolean;
}

/** The ports that schemes of URLs stand for. */
const SCHEMES: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    amqp: 5672,
    grpc: 443,
    http: 80,
    https: 443,
    kafka: 9092,
    mongodb: 27017,
    mysql: 3306,
    nats: 4222,
    postgres: 5432,
    postgresql: 5432,
    redis: 6379,
    rediss: 6379,
  }),
);

const HOST =
  /(?:\b([a-z][a-z0-9+.-]{0,20}):\/\/)?(?:[^\s@/,;"']{1,200}@)?((?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?){0,20})\.?(?::(\d{1,5})\b)?/gi;
/** Names of variables whose whole value is a host. */
const HOST_NAME = /(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVICE|SERVER|UPSTREAM|BACKEND|BROKER|DSN)S?$/i;
const LONGEST = 4096;

/** The hosts that a container's environment, command and arguments name; those of ConfigMaps of its namespace as well. */
export function listMentions(world: World, namespace: string, container: JsonValue): readonly Mention[] {
  const variables = listVariables(world, namespace, container);
  const words = [...getArray(container, 'command'), ...getArray(container, 'args')].flatMap((word) =>
    typeof word === 'string' ? [word] : [],
  );
  return [
    ...[...variables].flatMap(([name, value]) => readVariable(name, value, variables)),
    ...words.flatMap((word) => readText(word)).filter(({ isSure, host }) => isSure || host.includes('.')),
  ];
}

function listVariables(world: World, namespace: string, container: JsonValue): ReadonlyMap<string, string> {
  const dataOf = (name: string | undefined): ReadonlyMap<string, string> =>
    getStringMap(name === undefined ? undefined : world.get({ group: '', kind: 'ConfigMap', namespace, name }), 'data');
  const variables = new Map<string, string>();
  for (const source of getArray(container, 'envFrom')) {
    const prefix = getString(source, 'prefix') ?? '';
    for (const [name, value] of dataOf(getString(source, 'configMapRef', 'name'))) variables.set(`${prefix}${name}`, value);
  }
  for (const item of getArray(container, 'env')) {
    const reference = getAt(item, 'valueFrom', 'configMapKeyRef');
    const value = getString(item, 'value') ?? dataOf(getString(reference, 'name')).get(getString(reference, 'key') ?? '');
    if (value !== undefined) variables.set(getString(item, 'name') ?? '', value);
  }
  return variables;
}

/** `DB_HOST: db` with `DB_PORT: "5432"` beside it; a single word counts only in a variable whose name says that it is a host. */
function readVariable(name: string, value: string, variables: ReadonlyMap<string, string>): readonly Mention[] {
  const beside = Number(variables.get(name.replace(/(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT)$/i, 'PORT')) ?? '');
  const isHost = HOST_NAME.test(name);
  return readText(value)
    .filter(({ host, isSure }) => isSure || host.includes('.') || (isHost && host === value.trim()))
    .map((mention) => ({
      ...mention,
      isSure: mention.isSure || isHost,
      ...(mention.port === undefined && isHost && isPort(beside) ? { port: beside } : {}),
    }));
}

/** Everything in a text that may be a host; what is an image, a path or a number is found out by looking it up. */
function readText(text: string): readonly Mention[] {
  if (text.length > LONGEST) return [];
  return [...text.matchAll(HOST)].flatMap(([, scheme, host = '', digits]): readonly Mention[] => {
    const port = digits === undefined ? undefined : Number(digits);
    if (port !== undefined && !isPort(port)) return [];
    if (/^[\d.]+$/.test(host) && parseAddress(host) === undefined) return [];
    const guess = SCHEMES.get((scheme ?? '').toLowerCase());
    const isNamed = /[a-z]/i.test(host.split('.').at(-1) ?? '') || parseAddress(host) !== undefined;
    return isNamed ? [{ host, port: port ?? undefined, guess, isSure: scheme !== undefined || port !== undefined }] : [];
  });
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535;
}
