import type { FastifyInstance, FastifyRequest } from 'fastify';
import { advanceDay, type MadeUpChanges, newDailyAttribute, setValue } from '../tenants/daily-attributes';
import type { Tenant } from '../tenants/tenant';
import { ControlInputError, type Fields, fieldsOf, integer, text } from './read-input';

type OfTenant = FastifyRequest<{ Params: { id: string } }>;
type OfAttribute = FastifyRequest<{ Params: { id: string; name: string } }>;

/** Routes for the attributes that the operator keeps in Optimove, and for the passing of days. */
export function attributeRoutes(app: FastifyInstance, tenantOf: (request: OfTenant) => Tenant): void {
  app.put('/control/tenants/:id/attributes/:name', (request: OfAttribute) => {
    const tenant = tenantOf(request);
    const { name } = request.params;
    const fields = fieldsOf(request.body);
    const attribute = tenant.attributes.get(name) ?? newDailyAttribute(name);
    for (const [customerId, value] of Object.entries(valuesOf(fields))) setValue(attribute, customerId, value);
    if (fields.isReleased !== undefined) attribute.isReleased = fields.isReleased === true;
    if (fields.madeUp !== undefined) attribute.madeUp = madeUpOf(fieldsOf(fields.madeUp, 'madeUp'));
    tenant.attributes.set(name, attribute);
    return { customers: attribute.values.size };
  });
  app.put('/control/tenants/:id/data-date', (request: OfTenant) => {
    const tenant = tenantOf(request);
    const date = text(fieldsOf(request.body), 'date');
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new ControlInputError('date must be YYYY-MM-DD');
    tenant.dataDate = date;
    for (const attribute of tenant.attributes.values()) advanceDay(attribute);
    return { date };
  });
}

function valuesOf(fields: Fields): Record<string, string | null> {
  const values = fieldsOf(fields.values ?? {}, 'values');
  for (const [customerId, value] of Object.entries(values)) {
    if (value !== null && typeof value !== 'string')
      throw new ControlInputError(`values.${customerId} must be a text or null`);
  }
  return values as Record<string, string | null>;
}

function madeUpOf(fields: Fields): MadeUpChanges {
  const { values } = fields;
  if (!Array.isArray(values) || values.length === 0) throw new ControlInputError('madeUp.values must be a list');
  return { count: integer(fields, 'count'), prefix: text(fields, 'prefix'), values: values as (string | null)[] };
}
