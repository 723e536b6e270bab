import MailComposer from 'nodemailer/lib/mail-composer';
import type { EmailMessage } from '../../contract';

/**
 * The MIME message: text and HTML alternatives, one-click unsubscribe (RFC 8058), Message-ID made of the delivery id.
 * @param metadata name under which a provider that makes its own Message-ID gives ours back.
 */
export function composeMail(message: EmailMessage, metadata: string | null): Promise<Buffer> {
  const { fromAddress, fromName, to, replyTo, replyToName, subject, html, text, unsubscribeUrl, deliveryId } = message;
  const composer = new MailComposer({
    from: { name: fromName, address: fromAddress },
    to,
    replyTo: replyToName ? { name: replyToName, address: replyTo ?? fromAddress } : replyTo,
    subject,
    text,
    html,
    messageId: messageIdOf(message),
    headers: {
      'X-Delivery-Id': deliveryId,
      ...(metadata ? { [`X-PM-Metadata-${metadata}`]: message.messageToken ?? deliveryId } : {}),
      ...(unsubscribeUrl
        ? { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
        : {}),
    },
  });
  return composer.compile().build();
}

/** The Message-ID of a message, in brackets. */
export function messageIdOf({ messageToken, deliveryId, fromAddress }: EmailMessage): string {
  return `<${messageToken ?? deliveryId}@${fromAddress.slice(fromAddress.lastIndexOf('@') + 1)}>`;
}
