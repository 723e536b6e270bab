import { systemClock } from '@libs/foundation';
import { LinkSigner, Transactions } from '@libs/platform';
import { ProfilesService, type Subscription } from '@modules/profiles';
import { Public } from '@modules/projects';
import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type EngagementKind, isMachine, type MessageRef, unpackRef } from '../domain/engagement';
import type { PreferenceAnswers } from '../persistence/engagement.repository';
import { addressHint, numberHint } from './address-hint';
import { EngagementIntake } from './engagement-intake';
import { leadOn } from './lead-on';
import { MailView } from './mail-view';
import { MessageLinks } from './message-links';
import { donePage, gonePage, nameOf, preferencesPage, unsubscribePage } from './pages';
import { readPreferences } from './preference-form';
import { sendPage } from './send-page';

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const gone = gonePage();

/** Where the links in our messages lead. A token that is not ours changes nothing and tells nothing. */
@Public()
@Controller('t')
export class TrackingController {
  constructor(
    private readonly signer: LinkSigner,
    private readonly links: MessageLinks,
    private readonly intake: EngagementIntake,
    private readonly views: MailView,
    private readonly profiles: ProfilesService,
    private readonly transactions: Transactions,
  ) {}

  /** The picture that tells that an e-mail was opened. It is always served. */
  @Get('o/:token')
  async opened(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ref = this.refOf(token, 'o');
    if (ref && request.method === 'GET') await this.note(request, ref, 'OPENED');
    await reply.header('cache-control', 'no-store, max-age=0').type('image/gif').send(pixel);
  }

  /** Leads on to where the link in the message leads; only addresses that we signed. */
  @Get('c/:token')
  async clicked(
    @Param('token') token: string,
    @Query('to') to: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const target = typeof to === 'string' ? to : '';
    const ref = this.refOf(token, target);
    if (!ref) return sendPage(reply, 410, gone);
    if (request.method === 'GET') await this.note(request, ref, 'CLICKED', { link: target.slice(0, 2_048) });
    await leadOn(reply, target);
  }

  /** Asks before it unsubscribes: programs that follow links must not. */
  @Get('u/:token')
  async askToUnsubscribe(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const ref = this.refOf(token, 'u');
    if (!ref) return sendPage(reply, 410, gone);
    await sendPage(reply, 200, unsubscribePage(consentMedium(ref), this.preferencesUrl(ref)));
  }

  /** Unsubscribes. RFC 8058: mail programs post here with one click of theirs. */
  @Post('u/:token')
  async unsubscribe(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ref = this.refOf(token, 'u');
    if (!ref || !(await this.intake.personOf(ref))) return sendPage(reply, 410, gone);
    await this.note(request, ref, 'UNSUBSCRIBED');
    const text = `You will get no more marketing ${nameOf(consentMedium(ref))} from us.`;
    await sendPage(reply, 200, donePage('You are unsubscribed', text, this.preferencesUrl(ref)));
  }

  /** What the person said, to be changed. */
  @Get('p/:token')
  async preferences(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const ref = this.refOf(token, 'p');
    const answers = ref && (await this.answersOf(ref));
    if (!answers) return sendPage(reply, 410, gone);
    const { projectId, profileId, email, sms } = answers;
    const [contact] = await this.profiles.contacts(this.transactions.pool, projectId, [profileId]);
    const hints = { emailHint: addressHint(contact?.email), numberHint: numberHint(contact?.mobileNumber) };
    await sendPage(reply, 200, preferencesPage({ email, sms, ...hints }));
  }

  /** Stores what the person changed; a box that nobody ever answered and that stays empty is no answer. */
  @Post('p/:token')
  async changePreferences(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ref = this.refOf(token, 'p');
    const current = ref && (await this.answersOf(ref));
    if (!ref || !current) return sendPage(reply, 410, gone);
    const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
    await this.note(request, ref, 'PREFERENCES', { answers: readPreferences(form, current) });
    const wantsAny = form.get('none') !== 'yes' && ['email', 'sms'].some((name) => form.get(name) === 'yes');
    const text = wantsAny ? 'you get what you chose.' : 'you get no marketing messages from us.';
    await sendPage(reply, 200, donePage('Saved', `From now on ${text}`, this.preferencesUrl(ref)));
  }

  /** The e-mail as this person got it, for programs that show mails badly. */
  @Get('v/:token')
  async view(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const ref = this.refOf(token, 'v');
    const html = ref?.medium === 'EMAIL' ? await this.views.html(ref) : null;
    if (html === null) return sendPage(reply, 410, gone);
    await sendPage(reply, 200, html, mailPolicy);
  }

  /** Who got a message, and what they say now; null when there is nobody. */
  private async answersOf(
    ref: MessageRef,
  ): Promise<{ projectId: string; profileId: string; email: Subscription; sms: Subscription } | null> {
    const person = await this.intake.personOf(ref);
    if (!person) return null;
    const { projectId, profileId } = person;
    const answers = await this.profiles.consentOf(this.transactions.pool, projectId, profileId);
    return answers && { ...person, ...answers };
  }

  private preferencesUrl(ref: MessageRef): string {
    return this.links.preferencesUrl(ref, systemClock.now());
  }

  private refOf(token: string, bound: string): MessageRef | null {
    const opened = this.signer.open(token, { now: systemClock.now(), bound });
    return opened && !opened.isExpired ? unpackRef(opened.payload) : null;
  }

  private note(
    { headers }: FastifyRequest,
    ref: MessageRef,
    kind: EngagementKind,
    more: { link?: string; answers?: PreferenceAnswers } = {},
  ): Promise<boolean> {
    const userAgent = headers['user-agent'] ?? '';
    const isByMachine = (kind === 'OPENED' || kind === 'CLICKED') && isMachine(headers);
    const { link = null, answers = null } = more;
    return this.intake.add({
      ...ref,
      kind,
      isMachine: isByMachine,
      link,
      answers,
      userAgent,
      occurredAt: systemClock.now(),
    });
  }
}

function consentMedium({ medium }: MessageRef): 'EMAIL' | 'SMS' {
  return medium === 'SMS' ? 'SMS' : 'EMAIL';
}

/** An author wrote what a mail holds: it is shown as if from nowhere, and nothing in it runs. */
const mailPolicy =
  "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline' https:; font-src https:; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
