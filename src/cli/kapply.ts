#!/usr/bin/env node
import { runAsProcess } from './main.ts';

await runAsProcess('kapply');
