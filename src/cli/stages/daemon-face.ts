import { Board, DaemonMetrics, Face, serveFace, type FleetSource, type ListenAddress } from '../../daemon/index.ts';
import { aborted } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import { readSecretSetting } from '../secret-setting.ts';

const LOOPBACK = '127.0.0.1';

/** What a daemon counts, and what it serves of that where `--listen` says so. */
export interface OpenedFace {
  readonly metrics: DaemonMetrics;
  /** What the page shows. */
  readonly board: Board;
  /** Takes note of a reading of the source. */
  readonly noteSource: (isReadable: boolean) => void;
  /** Takes note of whether the cluster of a context answers, and why it does not. */
  readonly noteCluster: (context: string | undefined, problem: string | undefined) => void;
  /** Calls `onChange` where a webhook says that there may be another revision, until the signal aborts. */
  readonly follow: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/** Opens the face that `--listen` asks for; none is served without. Throws `KplanError` where the address cannot be had. */
export async function openFace(args: Arguments, io: Io, log: Log, signal: AbortSignal): Promise<OpenedFace> {
  const metrics = new DaemonMetrics();
  const board = new Board();
  const listen = args.string('listen');
  let wasRead = false;
  const noteSource = (isReadable: boolean): void => {
    wasRead ||= isReadable;
    metrics.noteSource(isReadable);
  };
  const problems = new Map<string, string>();
  const noteCluster = (context = '', problem?: string): void => {
    if (problem === undefined) problems.delete(context);
    else problems.set(context, problem);
  };
  if (listen === undefined) return { metrics, board, noteSource, noteCluster, follow: (_, until) => aborted(until) };
  const secret = readSecretSetting('KAPPLY_WEBHOOK_SECRET', io);
  const face = new Face({
    metrics,
    board,
    clock: realClock(io),
    unready: () => (wasRead ? undefined : 'the source was never read'),
    ailing: () => [...problems].map(([context, why]) => `cluster${context === '' ? '' : ` ${context}`} cannot be reached: ${why}`),
    log: (message) => log.warn(message),
    ...(secret === undefined ? {} : { secret }),
  });
  const { host, port } = await serveFace(face, parseListen(listen, args), signal);
  log.step(`listening on http://${host.includes(':') ? `[${host}]` : host}:${port}${secret === undefined ? '' : ', with webhooks'}`);
  return { metrics, board, noteSource, noteCluster, follow: (onChange, until) => face.follow(onChange, until) };
}

/** A source that webhooks ask to be looked at, too. */
export function withFace(source: FleetSource, face: OpenedFace): FleetSource {
  return {
    ...source,
    read: async () => {
      try {
        const revision = await source.read();
        face.noteSource(true);
        return revision;
      } catch (error) {
        face.noteSource(false);
        throw error;
      }
    },
    watch: async (onChange, signal) => {
      await Promise.all([source.watch(onChange, signal), face.follow(onChange, signal)]);
    },
  };
}

/** `8080` and `:8080` are of loopback: whoever wants others to connect says so. */
function parseListen(text: string, args: Arguments): ListenAddress {
  const [, host = '', port = ''] = /^(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]*):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) throw usage(args.command, `--listen ${text}: give a port, or an address and a port`);
  return { host: host === '' ? LOOPBACK : host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
