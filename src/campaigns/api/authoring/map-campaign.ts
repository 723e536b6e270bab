import { pushPayloadBytes } from '@libs/delivery';
import type { CampaignOutcome, CampaignProblem } from '../../authoring/campaign-problem';
import type { EmailFields, MessageFields, SmsFields } from '../../domain/content/assemble-message';
import type { InAppFields, InboxFields, WebPushFields } from '../../domain/content/assemble-onsite';
import type { PushFields } from '../../domain/content/assemble-push';
import type { ContentMedium } from '../../domain/content/campaign-content';
import type { ContentPreview } from '../../domain/content/preview-content';
import { measureSms } from '../../domain/content/sms-parts';
import type { CampaignEntity } from '../../persistence/authoring/campaign.entity';
import type { TemplatePublicationEntity } from '../../persistence/authoring/template-publication.entity';
import type { CampaignType, CreateCampaignPayload } from './campaign.type';
import { toContentType } from './map-content';
import { toInAppPreview, toInboxPreview, toWebPushPreview } from './map-onsite';
import { toPushType } from './map-push';
import type { PreviewCampaignPayload } from './preview.type';
import type { PublicationType } from './publication.type';
import { toSegmentType } from './segment.type';

/** A campaign as GraphQL shows it; publication, findings and placeholders are resolved when asked for. */
export function toCampaignType(campaign: CampaignEntity): CampaignType {
  const { id, name, type, status, version, connectionId, channelId, createdAt, updatedAt } = campaign;
  const hasUnlaunchedChanges = campaign.launchedRevision !== campaign.contentRevision;
  const content = toContentType(campaign.content);
  const ids = { id, connectionId, channelId };
  const shown = { content, segment: toSegmentType(campaign.segment), row: campaign };
  return { ...ids, ...shown, name, type, status, version, hasUnlaunchedChanges, createdAt, updatedAt };
}

/** A publication as GraphQL shows it. */
export function toPublicationType(publication: TemplatePublicationEntity): PublicationType {
  const { state, optimoveChannelId, templateName, publishedAt } = publication;
  return {
    state,
    optimoveTemplateId: String(publication.optimoveTemplateId),
    optimoveChannelId,
    templateName,
    publishedAt,
    error: publication.lastError,
    errorCode: publication.errorCode,
  };
}

/** An outcome as a payload. */
export function toPayload({ campaign, problems }: CampaignOutcome): CreateCampaignPayload {
  return { campaign: campaign && toCampaignType(campaign), userErrors: problems };
}

/** A preview that could not be made. */
export function refusedPreview(problems: CampaignProblem[]): PreviewCampaignPayload {
  const none = { mobilePush: null, email: null, sms: null, webPush: null, inbox: null, inApp: null };
  return { ...none, variant: null, problems: [], missing: [], userErrors: problems };
}

/** A preview as GraphQL shows it. */
export function toPreview({ media, missing, errors }: ContentPreview): PreviewCampaignPayload {
  const preview = refusedPreview(
    errors.map(({ path, message }) => ({ code: 'INVALID_CONTENT', path: ['content', ...path], message })),
  );
  preview.missing = missing;
  for (const { medium, message, problem, isOpen } of media) {
    if (problem !== null) preview.problems.push({ medium, message: problem });
    else if (message) place(preview, { medium, message, isOpen });
  }
  return preview;
}

function place(
  preview: PreviewCampaignPayload,
  { medium, message, isOpen }: { medium: ContentMedium; message: MessageFields; isOpen: boolean },
): void {
  if (medium === 'EMAIL') {
    const { fromName, fromAddress, replyTo = null, replyToName = null, subject, html, text } = message as EmailFields;
    preview.email = { fromName, fromAddress, replyTo, replyToName, subject, html, text };
  } else if (medium === 'MOBILE_PUSH') {
    const push = message as PushFields;
    const ttlHours = push.ttlSeconds === undefined ? undefined : push.ttlSeconds / 3_600;
    const { cover } = push;
    const covered = { isEncrypted: cover !== undefined, coverTitle: cover?.title, coverBody: cover?.body };
    preview.mobilePush = { ...toPushType({ ...push, ...covered, ttlHours }), payloadBytes: pushPayloadBytes(push) };
  } else if (medium === 'SMS') {
    const sms = message as SmsFields;
    preview.sms = { ...sms, parts: measureSms(sms.text), isAtLeast: isOpen };
  } else if (medium === 'WEB_PUSH') preview.webPush = toWebPushPreview(message as WebPushFields);
  else if (medium === 'INBOX') preview.inbox = toInboxPreview(message as InboxFields);
  else preview.inApp = toInAppPreview(message as InAppFields);
}
