import { tuneEngine } from './main.ts';
import { processIo } from './io.ts';
import { runAction } from './run-action.ts';
import { processSignals } from './signals.ts';

tuneEngine([]);
process.exitCode = await runAction(processIo(processSignals()));
