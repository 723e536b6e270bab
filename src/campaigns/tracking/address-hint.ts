/** An e-mail address so that its owner knows it: `k…m@example.com`. Null when there is none. */
export function addressHint(email: string | null | undefined): string | null {
  if (!email) return null;
  const at = email.lastIndexOf('@');
  const name = email.slice(0, at);
  return `${name.slice(0, 1)}…${name.length > 2 ? name.slice(-1) : ''}${email.slice(at)}`;
}

/** The end of a number. Null when there is none. */
export function numberHint(number: string | null | undefined): string | null {
  return number ? `a number ending in ${number.slice(-3)}` : null;
}
