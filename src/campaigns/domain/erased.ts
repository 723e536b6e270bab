/** With this begins the customer id of rows whose person was erased. Optimove is told nothing more of them. */
export const erasedPrefix = 'erased:';

/** What the keys are derived for by which erased customers are recognised. */
export const erasurePurpose = 'erased customers';
