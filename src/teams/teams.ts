import { z } from 'zod';
import type { Place } from '../core/place.ts';
import type { TeamsActivity } from './activity.ts';
import type { OpenConnector } from './connector.ts';

const maximumKnown = 1000;
const group = z.guid();

type Team = { readonly groupId: string | null; readonly name: string | null };

/**
 * Completes a channel's place: messages often name the team without its Microsoft 365 group, so the connector is asked
 * once for each team and its answer is kept. What cannot be had now stays null and is asked for again.
 */
export function createTeams(
  open: OpenConnector,
): (place: Place, activity: Pick<TeamsActivity, 'channelData'>) => Promise<Place> {
  const known = new Map<string, Team>();

  async function ask(serviceUrl: string, teamId: string): Promise<Team | null> {
    try {
      const details = await (await open(serviceUrl))?.team(teamId);
      if (details === undefined) return null;
      const groupId = group.safeParse(details.aadGroupId).data?.toLowerCase() ?? null;
      const name: unknown = details.name;
      return { groupId, name: typeof name === 'string' && name !== '' ? name.slice(0, 256) : null };
    } catch {
      return null;
    }
  }

  async function find(serviceUrl: string, teamId: string): Promise<Team | null> {
    const before = known.get(teamId);
    if (before !== undefined) return before;
    const team = await ask(serviceUrl, teamId);
    if (team?.groupId === null || team === null) return team;
    if (known.size >= maximumKnown) known.clear();
    known.set(teamId, team);
    return team;
  }

  return async (place, activity) => {
    const teamId = activity.channelData.team?.id;
    if (place.kind !== 'channel' || place.teamGroupId !== null || teamId === undefined) return place;
    const team = await find(place.serviceUrl, teamId);
    return team === null ? place : { ...place, teamGroupId: team.groupId, name: place.name ?? team.name };
  };
}
