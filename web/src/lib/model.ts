/** The nouns of the API, taken from its description: a changed field becomes a type error where it is used. */
import type { paths } from "./api-types";

type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : never;
type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202 ? Json<Responses[Status]> : never;
}[keyof Responses];
type Got<Path extends keyof paths> = paths[Path] extends { get: { responses: infer R } } ? Success<R> : never;
type Input<Operation> = Operation extends { requestBody: { content: { "application/json": infer Body } } }
  ? Body
  : never;
type Item<Page> = Page extends { items: (infer One)[] } ? One : never;

export type Session = Got<"/v1/session">;
export type SignInAnswer = Success<paths["/v1/session"]["post"]["responses"]>;
export type Challenge = Exclude<SignInAnswer, Session>;
export type Identity = Got<"/v1/identity">;
export type Profile = Got<"/v1/user">;
export type SecondFactor = Got<"/v1/user/second-factor">;
export type SignUp = Input<paths["/v1/users"]["post"]>;
export type Member = Item<Got<"/v1/members">>;
export type Grant = Member["grants"][number];
export type GrantWish = Input<paths["/v1/members/{user_id}"]["patch"]>["grants"][number];
export type Removal = Got<"/v1/members/{user_id}/removal">;
export type Role = Item<Got<"/v1/roles">>;
export type RoleWish = Input<paths["/v1/roles"]["post"]>;
export type Permission = Item<Got<"/v1/permissions">>;
export type Invitation = Item<Got<"/v1/invitations">>;
export type SentInvitation = Success<paths["/v1/invitations"]["post"]["responses"]>;
export type InvitationOffer = Got<"/v1/invitations/offer">;
export type ApiKey = Item<Got<"/v1/api-keys">>;
export type ApiKeyWish = Input<paths["/v1/api-keys"]["post"]>;
export type ApiKeyRotation = Input<paths["/v1/api-keys/{api_key_id}/secrets"]["post"]>;
export type OwnSession = Item<Got<"/v1/sessions">>;
export type Brand = Item<Got<"/v1/brands">>;
export type Connection = Item<Got<"/v1/connections">>;
export type Region = Input<paths["/v1/connections"]["post"]>["region"];
export type Advertiser = Item<Got<"/v1/advertisers">>;
export type Suggestion = Item<Got<"/v1/advertisers/suggestions">>;
export type Serving = Got<"/v1/advertisers/{advertiser_id}/serving">;
export type Departure = Got<"/v1/connections/departures">;
export type Look = Item<Got<"/v1/connections/{connection_id}/discoveries">>;
export type Sighting = Item<Got<"/v1/connections/{connection_id}/sightings">>;
export type BrandMapping = Input<paths["/v1/advertisers/brands"]["put"]>["mappings"][number];
export type Disconnection = Got<"/v1/connections/{connection_id}/disconnection">;
export type ConsentRequest = Item<Got<"/v1/consent-requests">>;
export type ConsentRequestInput = Input<paths["/v1/consent-requests"]["post"]>;
export type ConsentOffer = Got<"/v1/consent-requests/offer">;
export type Credential = Item<Got<"/v1/credentials">>;
export type Continuity = Got<"/v1/credentials/continuity">;
export type Sync = Item<Got<"/v1/syncs">>;
export type QuotaRegion = Item<Got<"/v1/syncs/quota">>;
export type QuotaFamily = QuotaRegion["families"][number];
export type RejectedReport = Item<Got<"/v1/syncs/reports">>;
export type RejectedLoad = Item<Got<"/v1/metrics/loads">>;
export type AmcAccount = Item<Got<"/v1/amc/accounts">>;
export type AmcInstance = Item<Got<"/v1/amc/instances">>;
export type AmcDiscovery = Item<Got<"/v1/amc/discoveries">>;
export type MetricsQuery = Input<paths["/v1/metrics/query"]["post"]>;
export type MetricsResult = Success<paths["/v1/metrics/query"]["post"]["responses"]>;
export type Catalogue = Got<"/v1/metrics/catalogue">;
export type Freshness = Item<Got<"/v1/metrics/freshness">>;
export type AuditEntry = Item<Got<"/v1/audit">>;
export type AuditActor = AuditEntry["actor"];
export type AuditRetention = Got<"/v1/audit/retention">;
export type Verification = paths["/v1/audit/verification"]["get"]["responses"][200]["content"]["application/x-ndjson"];
