import { getNumber } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

const LEAST = 3;

/** At night an autoscaler leaves its least number of replicas. */
export const autoscalerMinimum: Practice = practiceOfKinds('KB0206', 'strict', ['autoscaling/HorizontalPodAutoscaler'], (object) =>
  lapseIf((getNumber(object, 'spec', 'minReplicas') ?? 1) < LEAST, 'spec', 'minReplicas'),
);
