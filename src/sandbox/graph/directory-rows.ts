/** The JSON of people and groups. */
import type { Group, Person } from '../world.ts';
import type { Row } from './filter.ts';

/** Properties that every group shows and no group of the sandbox uses. */
const GROUP_UNUSED: Row = {
  deletedDateTime: null,
  classification: null,
  createdDateTime: null,
  creationOptions: [],
  expirationDateTime: null,
  membershipRuleProcessingState: null,
  onPremisesDomainName: null,
  onPremisesLastSyncDateTime: null,
  onPremisesNetBiosName: null,
  onPremisesSamAccountName: null,
  onPremisesSecurityIdentifier: null,
  preferredDataLocation: null,
  preferredLanguage: null,
  proxyAddresses: [],
  renewedDateTime: null,
  resourceBehaviorOptions: [],
  resourceProvisioningOptions: [],
  securityIdentifier: null,
  theme: null,
  onPremisesProvisioningErrors: [],
  serviceProvisioningErrors: [],
};

/** Properties that `$select` may name and nobody in the sandbox has. */
export const USER_OTHERS: readonly string[] = [
  'aboutMe',
  'ageGroup',
  'assignedLicenses',
  'assignedPlans',
  'city',
  'companyName',
  'country',
  'createdDateTime',
  'creationType',
  'deletedDateTime',
  'department',
  'employeeHireDate',
  'employeeId',
  'employeeType',
  'externalUserState',
  'faxNumber',
  'identities',
  'imAddresses',
  'lastPasswordChangeDateTime',
  'mailNickname',
  'onPremisesImmutableId',
  'onPremisesSyncEnabled',
  'otherMails',
  'passwordPolicies',
  'postalCode',
  'proxyAddresses',
  'securityIdentifier',
  'signInActivity',
  'state',
  'streetAddress',
  'usageLocation',
];

export const GROUP_OTHERS: readonly string[] = Object.keys(GROUP_UNUSED);

/** Graph: user. */
export function userRow(person: Person): Row {
  const [givenName = null, ...rest] = person.name.split(' ');
  return {
    businessPhones: [],
    displayName: person.name,
    givenName,
    jobTitle: person.jobTitle,
    mail: person.mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: rest.length > 0 ? rest.join(' ') : null,
    userPrincipalName: person.upn,
    id: person.id,
    userType: person.userType,
    accountEnabled: true,
  };
}

/** Graph: group. */
export function groupRow(group: Group): Row {
  const unified = group.kind === 'microsoft365';
  return {
    ...GROUP_UNUSED,
    id: group.id,
    displayName: group.name,
    description: group.description,
    mail: group.mail,
    mailNickname: group.name.replaceAll(/[^A-Za-z0-9]/g, ''),
    mailEnabled: unified,
    securityEnabled: !unified,
    groupTypes: [...(unified ? ['Unified'] : []), ...(group.dynamic ? ['DynamicMembership'] : [])],
    isAssignableToRole: group.roleAssignable,
    onPremisesSyncEnabled: group.synced ? true : null,
    visibility: unified ? 'Private' : null,
    membershipRule: group.dynamic ? 'user.accountEnabled -eq true' : null,
  };
}
