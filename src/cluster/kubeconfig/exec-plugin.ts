import { normalize } from 'node:path';
import { toVisible } from '../../std/index.ts';
import type { Credentials } from './access.ts';
import { findExpiry, isSamePair } from './certificate.ts';
import type { ExecEntry, UserEntry } from './document.ts';
import { readExecCredential, toExecInfo, type PluginAnswer } from './exec-credential.ts';
import { runPlugin } from './exec-run.ts';
import { misused, unusable } from './fault.ts';
import type { Selection } from './selection.ts';

/** What a plugin is run with. */
export interface PluginSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => number;
  readonly warn: (message: string) => void;
  readonly isTerminal: () => boolean;
  /** How long a plugin may take; `asking` is one that a person may have to answer. */
  readonly timeoutMilliseconds: { readonly silent: number; readonly asking: number };
}

const API_VERSIONS: readonly string[] = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const MODES: readonly string[] = ['Never', 'IfAvailable', 'Always'];

// Many requests may be refused with the same credentials: those that come this soon after a run are answered by it.
const REFUSAL_SPACING_MILLISECONDS = 1000;

interface Plugin extends ExecEntry {
  readonly command: string;
  readonly apiVersion: string;
}

/**
 * A credential plugin of client-go (`plugin/pkg/client/auth/exec`): run at the first need, again when what it gave expires or was
 * refused, never twice at once. The same credentials are the same object.
 */
export class ExecPlugin {
  readonly #plugin: Plugin;
  readonly #selection: Selection;
  readonly #authority: Buffer | undefined;
  readonly #around: PluginSurroundings;
  #last: { readonly answer: PluginAnswer; readonly credentials: Credentials; readonly ranAt: number } | undefined;
  #running: Promise<Credentials> | undefined;
  #isAnnounced = false;

  /** Throws `UNREADABLE` for an `exec` that client-go refuses. */
  constructor(selection: Selection, exec: ExecEntry, authority: Buffer | undefined, around: PluginSurroundings) {
    this.#plugin = toPlugin(selection, exec);
    this.#selection = selection;
    this.#authority = authority;
    this.#around = around;
  }

  credentials(isRefused: boolean): Promise<Credentials> {
    if (this.#running !== undefined) return this.#running;
    const last = this.#last;
    if (last !== undefined && !this.#isStale(last.answer) && !(isRefused && this.#isOld(last.ranAt)))
      return Promise.resolve(last.credentials);
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #isStale(answer: PluginAnswer): boolean {
    return answer.expires !== undefined && this.#around.now() > answer.expires;
  }

  #isOld(ranAt: number): boolean {
    return this.#around.now() - ranAt >= REFUSAL_SPACING_MILLISECONDS;
  }

  async #run(): Promise<Credentials> {
    const answer = await this.#ask();
    const last = this.#last;
    const isSame = last !== undefined && isSameAnswer(last.answer, answer);
    const credentials = isSame ? last.credentials : toCredentials(answer);
    this.#last = { answer, credentials, ranAt: this.#around.now() };
    const expiry = answer.pair === undefined ? undefined : findExpiry(answer.pair, this.#around.now());
    if (expiry !== undefined) this.#around.warn(`the client certificate that ${this.#plugin.command} gave ${expiry}`);
    return credentials;
  }

  async #ask(): Promise<PluginAnswer> {
    const { command, args, apiVersion, providesClusterInfo } = this.#plugin;
    const isInteractive = this.#isInteractive();
    this.#announce();
    const cluster = providesClusterInfo ? { entry: this.#selection.cluster, authority: this.#authority } : undefined;
    const own = this.#plugin.env.map(({ name, value }) => [name, value]);
    const outcome = await runPlugin({
      command,
      args,
      env: { ...this.#around.env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: toExecInfo(apiVersion, isInteractive, cluster) },
      cwd: this.#around.cwd,
      isInteractive,
      timeoutMilliseconds: this.#around.timeoutMilliseconds[isInteractive ? 'asking' : 'silent'],
      warn: this.#around.warn,
    });
    if (outcome.kind === 'not-found') throw this.#fault(outcome.fault, toInstallHint(this.#plugin));
    if (outcome.kind === 'failed') throw this.#fault(outcome.fault, `run \`${command}\` by hand to see why, or log in again`);
    const answer = readExecCredential(outcome.text, apiVersion);
    if ('fault' in answer) throw this.#fault(answer.fault, `what \`${command}\` writes is not shown here: it may hold credentials`);
    return answer;
  }

  #isInteractive(): boolean {
    if (this.#plugin.interactiveMode === 'Never') return false;
    if (this.#around.isTerminal()) return true;
    if (this.#plugin.interactiveMode === 'IfAvailable') return false;
    throw this.#fault('exec plugin cannot support interactive mode: standard input is not a terminal', 'log in at a terminal first');
  }

  #announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#around.warn(
      `credentials come from the plugin ${this.#plugin.command} (user "${this.#selection.userName}"; --no-exec refuses it)`,
    );
  }

  #fault(why: string, hint: string): Error {
    return unusable(placeOf(this.#selection), `getting credentials: ${why}`, hint);
  }
}

/** Refuses the plugin of a user, as `--no-exec` says. Throws `USAGE`. */
export function refusePlugin(selection: Selection, exec: ExecEntry): never {
  const why = `its credentials come from the plugin ${exec.command ?? ''}, which --no-exec does not let run`;
  throw misused(
    placeOf(selection),
    why,
    'choose a user with a token or a client certificate, or leave --no-exec out if you trust this file',
  );
}

function placeOf({ user, userName }: Selection): string {
  return `${user?.file ?? ''}: user "${userName}"`;
}

function toPlugin(selection: Selection, exec: ExecEntry): Plugin {
  const { command, apiVersion, interactiveMode } = exec;
  const name = selection.userName;
  const refuse = (why: string): Error => unusable(selection.user?.file ?? '', why, 'kubectl refuses this too: mend `exec` of the user');
  if (command === undefined) throw refuse(`command must be specified for ${name} to use exec authentication plugin`);
  if (apiVersion === undefined) throw refuse(`apiVersion must be specified for ${name} to use exec authentication plugin`);
  if (exec.env.some((variable) => variable.name === undefined)) {
    throw refuse(`env variable name must be specified for ${name} to use exec authentication plugin`);
  }
  if (interactiveMode === undefined && apiVersion !== 'client.authentication.k8s.io/v1alpha1') {
    throw refuse(`interactiveMode must be specified for ${name} to use exec authentication plugin`);
  }
  if (interactiveMode !== undefined && !MODES.includes(interactiveMode)) {
    throw refuse(`invalid interactiveMode for ${name}: "${interactiveMode}"`);
  }
  if (!API_VERSIONS.includes(apiVersion)) throw refuse(`exec plugin: invalid apiVersion "${apiVersion}" for ${name}`);
  return { ...exec, command: normalize(command), apiVersion };
}

function toInstallHint(plugin: Plugin): string {
  if (plugin.installHint !== undefined) return toVisible(plugin.installHint, { keepsLines: true });
  return 'install this credential plugin, or put it on the PATH';
}

function toCredentials({ token, pair }: PluginAnswer): Credentials {
  return { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(pair === undefined ? {} : { certificate: pair }) };
}

function isSameAnswer(a: PluginAnswer, b: PluginAnswer): boolean {
  if (a.token !== b.token) return false;
  return a.pair === undefined || b.pair === undefined ? a.pair === b.pair : isSamePair(a.pair, b.pair);
}

/** What of a user's `exec` decides whether it is needed: client-go runs it only for a user without any other credentials. */
export function needsPlugin(user: UserEntry): boolean {
  const hasToken = user.token !== undefined || user.tokenFile !== undefined;
  const hasPassword = user.username !== undefined || user.password !== undefined;
  return user.exec !== undefined && !hasToken && !hasPassword && user.certificate.data === undefined && user.certificate.path === undefined;
}
