import { Client } from 'pg';

const guarded = new WeakSet<Client>();
let isInstalled = false;

/**
 * Keeps a connection that PostgreSQL ends from ending the process. A client reports its end as an `error` event, and
 * one that happens to have no listener at that moment (on loan from a pool between two statements, or just connected)
 * would take everything down. Nothing is hidden: the statements of such a client fail, and its pool drops it.
 */
export function guardClients(): void {
  if (isInstalled) return;
  isInstalled = true;
  const prototype = Client.prototype as { connect: (...args: unknown[]) => unknown };
  const { connect } = prototype;
  prototype.connect = function guardedConnect(this: Client, ...args: unknown[]) {
    if (!guarded.has(this)) this.on('error', () => undefined);
    guarded.add(this);
    return connect.apply(this, args);
  };
}
