/**
 * Where a conversation is: enough to write to it later. Own type on purpose: no chat SDK class is stored.
 * teamGroupId is the Microsoft 365 group behind a team (Teams: channelData.team.aadGroupId).
 */
export type Place = {
  readonly kind: 'personal' | 'groupChat' | 'channel';
  readonly conversationId: string;
  readonly serviceUrl: string;
  readonly tid: string;
  readonly botId: string;
  readonly name: string | null;
  readonly teamGroupId: string | null;
};
