import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import { planOnce } from '../../src/cli/commands/plan.ts';
import { createLog, processIo, type Io } from '../../src/cli/io.ts';
import { PlanSession } from '../../src/cli/stages/plan-session.ts';
import { stepsOf, type Plan } from '../../src/model/index.ts';
import { temporaryFolder } from './program.ts';

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: dmFsdWU=}\n';

test('the hashes of Secrets are the same in all plans of a session, and in no other', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'secret.yaml'), SECRET);
  const io: Io = { ...processIo({ signal: new AbortController().signal, hold: () => () => undefined }), env: { KPLAN_CACHE: '' } };
  const args = await parseArguments('kplan', ['plan', folder, '--base', 'none']);
  const planIn = async (session: PlanSession): Promise<Plan> => (await planOnce(args, io, createLog(io, true, false), session)).plan;
  const [session, other] = [new PlanSession(io), new PlanSession(io)];
  const [first, second, third] = [await planIn(session), await planIn(session), await planIn(other)];
  assert.deepEqual(stepsOf(first)[0]?.desired, stepsOf(second)[0]?.desired);
  assert.notDeepEqual(stepsOf(first)[0]?.desired, stepsOf(third)[0]?.desired);
  assert.deepEqual([first.salt === second.salt, first.salt === third.salt], [true, false]);
});
