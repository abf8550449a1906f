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
export type Brand = Item<Got<"/v1/brands">>;
export type Connection = Item<Got<"/v1/connections">>;
export type Region = Input<paths["/v1/connections"]["post"]>["region"];
export type Advertiser = Item<Got<"/v1/advertisers">>;
export type BrandMapping = Input<paths["/v1/advertisers/brands"]["put"]>["mappings"][number];
export type Credential = Item<Got<"/v1/credentials">>;
export type Continuity = Got<"/v1/credentials/continuity">;
export type Sync = Item<Got<"/v1/syncs">>;
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
