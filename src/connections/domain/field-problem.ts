/** What is wrong with a field, and what to do about it. */
export interface FieldProblem {
  path: string[];
  message: string;
}
