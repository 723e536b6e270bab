import {
  integerField,
  knownChannel,
  type OptimoveCategory,
  type OptimoveFunction,
  objectBody,
  optionalIntegerField,
  Refusal,
  readFor,
  textField,
  writeFor,
} from './request';

const eventTypes = [1, 2, 3, 4, 5, 11, 13];
const conditionalExecution = 5;

const registerEventListener: OptimoveFunction = (call) => {
  const body = objectBody(call);
  const eventTypeId = integerField(body, 'EventTypeID');
  if (!eventTypes.includes(eventTypeId)) throw new Refusal(400, `EventTypeID must be one of ${eventTypes.join(', ')}`);
  const listenerUrl = plainUrl(textField(body, 'ListenerURL'));
  const channelId = optionalIntegerField(body, 'ChannelID');
  if (channelId !== null && eventTypeId === conditionalExecution)
    throw new Refusal(400, 'ChannelID is not allowed for event 5');
  if (channelId !== null) knownChannel(call, channelId);
  call.tenant.listeners = call.tenant.listeners.filter(
    (listener) => listener.eventTypeId !== eventTypeId || listener.channelId !== channelId,
  );
  call.tenant.listeners.push({ eventTypeId, listenerUrl, channelId });
  return null;
};

const unregisterEventListener: OptimoveFunction = (call) => {
  const body = objectBody(call);
  const eventTypeId = integerField(body, 'EventTypeID');
  const channelId = optionalIntegerField(body, 'ChannelID');
  const before = call.tenant.listeners.length;
  call.tenant.listeners = call.tenant.listeners.filter(
    (listener) => listener.eventTypeId !== eventTypeId || listener.channelId !== channelId,
  );
  if (call.tenant.listeners.length === before) throw new Refusal(404, 'Not Found');
  return null;
};

const getRegisteredEventListeners: OptimoveFunction = ({ tenant }) =>
  tenant.listeners.map(({ eventTypeId, listenerUrl, channelId }) => ({
    EventTypeID: eventTypeId,
    ListenerURL: listenerUrl,
    ...(channelId === null ? {} : { ChannelID: channelId }),
  }));

/** Functions of the category `general`. */
export const generalFunctions: OptimoveCategory = {
  RegisterEventListener: writeFor(registerEventListener),
  UnregisterEventListener: writeFor(unregisterEventListener),
  GetRegisteredEventListeners: readFor(getRegisteredEventListeners),
  GetLastDataUpdate: readFor(({ tenant }) => ({ Date: tenant.dataDate ?? new Date().toISOString().slice(0, 10) })),
};

/** Old clients percent-encode the address. */
function plainUrl(text: string): string {
  const plain = /^https?%3A/i.test(text) ? decoded(text) : text;
  if (!/^https?:\/\//i.test(plain) || !URL.canParse(plain)) throw new Refusal(400, 'ListenerURL is not a URL');
  return plain;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, 'ListenerURL is not a URL');
  }
}
