/** A box of a picture: a namespace with its workloads, a workload, addresses outside; who comes to something, what it passes, what it comes to. */
export interface PictureBox {
  readonly id: string;
  readonly label: string;
  readonly kind: 'goal' | 'namespace' | 'outside' | 'place' | 'subject' | 'workload';
  readonly children: readonly PictureBox[];
}

/** An arrow of a picture, from one box to another. */
export interface PictureArrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly title: string;
  readonly kind: 'changed' | 'closed' | 'open' | 'opened';
  /** Whether it is the same the other way. */
  readonly isMutual: boolean;
}

/** What a picture shows, before anything has its place. */
export interface Picture {
  readonly title: string;
  readonly note: string;
  readonly boxes: readonly PictureBox[];
  readonly arrows: readonly PictureArrow[];
  /** What an arrow of each kind is called. */
  readonly words: Readonly<Record<PictureArrow['kind'], string>>;
  /** Whether arrows join whole namespaces: there are too many for workloads. */
  readonly isGrouped: boolean;
}

/** What stands before the label of an arrow of each kind. */
export const SIGNS = { open: '', opened: '+ ', closed: '− ', changed: '~ ' } as const;
