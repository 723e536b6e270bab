export const people = prepared(`SELECT seq FROM recipient
  WHERE execution_id = $1`);
