import { stringifyJson, type JsonValue } from '../../std/index.ts';
import { formatRef, stepsOf, type FieldChange, type Plan, type Step } from '../../model/index.ts';
import { readablePath } from '../text/changes.ts';
import { describePlaceOfStep } from '../report.ts';
import { maskSecrets } from '../secrets.ts';
import { html, type Markup } from './markup.ts';

/** So many changes and fewer are unfolded. */
const FEW = 10;
const LONGEST_VALUE = 500;

/** The changes of a plan, each folded to its object where there are many, with every field that differs. */
export function changesOf(plan: Plan): Markup | undefined {
  const steps = stepsOf(plan);
  if (steps.length === 0) return undefined;
  return html`<h2>Changes (${String(steps.length)})</h2>
    ${steps.map((step) => changeOf(step, steps.length <= FEW))}`;
}

function changeOf(step: Step, isOpen: boolean): Markup {
  const place = describePlaceOfStep(step);
  const head = html`<b>${step.action}</b> <code>${formatRef(step.ref)}</code> ${step.reason}
    ${step.movedFrom === undefined ? undefined : `was ${formatRef(step.movedFrom)}`}
    ${place === undefined ? undefined : html`<span class="place">${place}</span>`}`;
  const open = isOpen ? html` open` : undefined;
  return step.fields.length === 0
    ? html`<div class="item ${step.action}">${head}</div>`
    : html`<details class="item ${step.action}" ${open}>
        <summary>${head}</summary>
        ${fieldsOf(step)}
      </details>`;
}

function fieldsOf(step: Step): Markup {
  const rows = step.fields.map((field) => rowOf(maskSecrets(field, step.ref), step));
  return html`<table class="fields" aria-label="Fields of ${formatRef(step.ref)}">
    <thead>
      <tr>
        <th>Field</th>
        <th>Before</th>
        <th>After</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function rowOf(field: FieldChange, step: Step): Markup {
  const notes = [
    ...(field.drift === undefined ? [] : [`drift: ${field.drift.manager ?? 'not known by whom'} ${field.drift.time ?? ''}`]),
    ...(field.by === undefined ? [] : [field.by === 'admission' ? 'set by admission' : 'set by the API server']),
  ];
  return html`<tr>
    <td>
      <code>${readablePath(field.path, step)}</code>${notes.length === 0 ? undefined : html` <span class="note">${notes.join(', ')}</span>`}
    </td>
    <td>${valueOf(field.before)}</td>
    <td>${valueOf(field.after)}</td>
  </tr>`;
}

function valueOf(value: JsonValue | undefined): Markup {
  if (value === undefined) return html`<span class="note">none</span>`;
  const text = typeof value === 'string' ? value : stringifyJson(value);
  return html`<code>${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}</code>`;
}
