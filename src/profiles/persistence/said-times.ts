/** SQL: when those of the attributes `names` (text[]) that `given` (jsonb) has a value of were said: now. Null of the others, if it names them. */
const saidNow = (given: string, names: string): string =>
  `(SELECT jsonb_object_agg(n, CASE jsonb_typeof(${given} -> n) WHEN 'null' THEN NULL ELSE to_jsonb(now()) END)
     FROM unnest(${names}::text[]) AS n WHERE ${given} ? n)`;

/** SQL: when attributes of somebody new were said; null where none of them is timed. */
export const firstTimes = (given: string, names: string): string =>
  `CASE WHEN cardinality(${names}::text[]) > 0 THEN nullif(jsonb_strip_nulls(${saidNow(given, names)}), '{}') END`;

/** SQL: the `times` that are kept, once `given` is stored with them. */
export const timesWith = (times: string, given: string, names: string): string =>
  `nullif(jsonb_strip_nulls(coalesce(${times}, '{}') || coalesce(${saidNow(given, names)}, '{}')), '{}')`;
