import { integerField, type OptimoveFunction, objectBody, Refusal, textField } from './request';

const eventTypes = [1, 2, 3, 4, 5, 11, 13];
const conditionalExecution = 5;

const registerEventListener: OptimoveFunction = (call) => {
  const body = objectBody(call);
  const eventTypeId = integerField(body, 'EventTypeID');
  if (!eventTypes.includes(eventTypeId)) throw new Refusal(400, `EventTypeID must be one of ${eventTypes.join(', ')}`);
  const listenerUrl = plainUrl(textField(body, 'ListenerURL'));
  const channelId = body.ChannelID === undefined ? null : integerField(body, 'ChannelID');
  if (channelId !== null && eventTypeId === conditionalExecution)
    throw new Refusal(400, 'ChannelID is not allowed for event 5');
  if (channelId !== null && !call.tenant.channels.some(({ id }) => id === channelId)) {
    throw new Refusal(400, `ChannelID ${channelId} does not exist`);
  }
  call.tenant.listeners = call.tenant.listeners.filter(
    (listener) => listener.eventTypeId !== eventTypeId || listener.channelId !== channelId,
  );
  call.tenant.listeners.push({ eventTypeId, listenerUrl, channelId });
  return null;
};

const unregisterEventListener: OptimoveFunction = (call) => {
  const body = objectBody(call);
  const eventTypeId = integerField(body, 'EventTypeID');
  const channelId = body.ChannelID === undefined ? null : integerField(body, 'ChannelID');
  const before = call.tenant.listeners.length;
  call.tenant.listeners = call.tenant.listeners.filter(
    (listener) => listener.eventTypeId !== eventTypeId || listener.channelId !== channelId,
  );
  if (call.tenant.listeners.length === before) throw new Refusal(404, 'Not Found');
  return null;
};

/** Functions of the category `general`, by lower-case name. */
export const generalFunctions: Record<string, { method: 'GET' | 'POST'; run: OptimoveFunction }> = {
  registereventlistener: { method: 'POST', run: registerEventListener },
  unregistereventlistener: { method: 'POST', run: unregisterEventListener },
  getregisteredeventlisteners: {
    method: 'GET',
    run: ({ tenant }) =>
      tenant.listeners.map(({ eventTypeId, listenerUrl, channelId }) => ({
        EventTypeID: eventTypeId,
        ListenerURL: listenerUrl,
        ...(channelId === null ? {} : { ChannelID: channelId }),
      })),
  },
  getlastdataupdate: { method: 'GET', run: () => ({ Date: new Date().toISOString().slice(0, 10) }) },
};

/** Old clients percent-encode the address. */
function plainUrl(text: string): string {
  const plain = /^https?%3A/i.test(text) ? decodeURIComponent(text) : text;
  if (!URL.canParse(plain)) throw new Refusal(400, 'ListenerURL is not a URL');
  return plain;
}
