/** How the sink treats requests. */
export type SinkMode = 'answer' | '5xx' | '429' | 'hang' | 'cut-before' | 'cut-after';

/** What the sink writes of a request: stored, refused, or left in doubt without (`D`) or after (`X`) being stored. */
export type SinkMark = 'S' | 'R' | 'D' | 'X';

/** What `POST /mode` takes. */
export interface SinkOrder {
  mode: SinkMode;
  /** So many requests, then it answers again. */
  requests: number;
}
