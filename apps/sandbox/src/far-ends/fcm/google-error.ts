/** An answer of the FCM endpoint. */
export interface FcmAnswer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

const fcmErrorType = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

/** The error body documented for Google APIs; `errorCode` is FCM's own reason. */
function googleError(error: { code: number; status: string; message: string; errorCode?: string }): FcmAnswer {
  const { errorCode, ...rest } = error;
  const details = errorCode ? { details: [{ '@type': fcmErrorType, errorCode }] } : {};
  return { status: error.code, body: { error: { ...rest, ...details } } };
}

/** The token belongs to no installed app any more. */
export const unregistered = googleError({
  code: 404,
  status: 'NOT_FOUND',
  message: 'Requested entity was not found.',
  errorCode: 'UNREGISTERED',
});

/** The bearer token is missing, not from here, or past its hour. */
export const unauthenticated = googleError({
  code: 401,
  status: 'UNAUTHENTICATED',
  message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
});

/** The service account may not send for the project in the path. */
export const permissionDenied = googleError({
  code: 403,
  status: 'PERMISSION_DENIED',
  message: "Permission 'cloudmessaging.messages.create' denied on resource (or it may not exist).",
});

/** No such path or method. */
export const notFound = googleError({ code: 404, status: 'NOT_FOUND', message: 'Method not found.' });

/** The body is larger than the endpoint reads. */
export const tooLarge = googleError({
  code: 413,
  status: 'INVALID_ARGUMENT',
  message: 'Request payload is too large.',
});

/** Too many messages for now; the answer says when to come back. */
export const quotaExceeded: FcmAnswer = {
  ...googleError({
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    message: 'Quota exceeded for quota metric.',
    errorCode: 'QUOTA_EXCEEDED',
  }),
  headers: { 'retry-after': '1' },
};

/** The service is not well. */
export const unavailable = googleError({
  code: 503,
  status: 'UNAVAILABLE',
  message: 'The service is currently unavailable.',
  errorCode: 'UNAVAILABLE',
});

/** Something in the message is not acceptable and never will be. */
export function invalidArgument(message: string): FcmAnswer {
  return googleError({ code: 400, status: 'INVALID_ARGUMENT', message, errorCode: 'INVALID_ARGUMENT' });
}
