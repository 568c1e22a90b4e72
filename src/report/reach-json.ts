import { getObject, stringifyJsonInOrder, type JsonObject } from '../std/index.ts';
import { toDocument } from './document.ts';
import { ConnectionList, rangeFields, type ReachReport } from './reach.ts';

const PIECE = 256;

/** The document of every connection as `-o json` prints it, in pieces: as one text it may be longer than a text can be. */
export function* toReachJson(report: ReachReport): Generator<string> {
  const document = toDocument({ ...report, connections: new ConnectionList([], []) });
  let opening = '{\n';
  for (const [key, value] of Object.entries({ ...document, summary: summaryOf(document, report) })) {
    yield `${opening}  ${JSON.stringify(key)}: `;
    opening = ',\n';
    if (key === 'connections') yield* connectionItems(report.connections);
    else yield indent(stringifyJsonInOrder(value, 2), '  ');
  }
  yield '\n}\n';
}

function summaryOf(document: JsonObject, { connections }: ReachReport): JsonObject {
  return { ...getObject(document, 'summary'), connections: connections.length };
}

function* connectionItems(connections: ConnectionList): Generator<string> {
  if (connections.length === 0) {
    yield '[]';
    return;
  }
  const names = connections.ends.map((name) => JSON.stringify(name));
  const senders = names.map((name) => `    {\n      "from": ${name},\n`);
  const receivers = names.map((name) => `      "to": ${name},\n`);
  const ports = connections.ports.map((entry) => {
    const ranges = indent(stringifyJsonInOrder(rangeFields(entry), 2), '      ');
    return `      "ports": ${ranges}\n    }`;
  });
  let joint = '[\n';
  for (let start = 0; start < connections.length; start += PIECE) {
    const parts: string[] = [];
    connections.visit(
      (from, to, set) => {
        parts.push(joint, senders[from] ?? '', receivers[to] ?? '', ports[set] ?? '');
        joint = ',\n';
      },
      start,
      Math.min(start + PIECE, connections.length),
    );
    yield parts.join('');
  }
  yield '\n  ]';
}

function indent(text: string, margin: string): string {
  return text.replaceAll('\n', `\n${margin}`);
}
