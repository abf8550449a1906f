/** Every text, one file per noun; the names are those that `useTranslations` asks for. */
import account from "./en/account.json";
import advertisers from "./en/advertisers.json";
import amc from "./en/amc.json";
import apiKeys from "./en/apiKeys.json";
import app from "./en/app.json";
import audit from "./en/audit.json";
import campaigns from "./en/campaigns.json";
import clerk from "./en/clerk.json";
import connections from "./en/connections.json";
import consent from "./en/consent.json";
import credential from "./en/credential.json";
import dashboard from "./en/dashboard.json";
import discovery from "./en/discovery.json";
import exports from "./en/exports.json";
import identity from "./en/identity.json";
import invitations from "./en/invitations.json";
import live from "./en/live.json";
import login from "./en/login.json";
import members from "./en/members.json";
import metric from "./en/metric.json";
import nav from "./en/nav.json";
import organization from "./en/organization.json";
import period from "./en/period.json";
import quota from "./en/quota.json";
import roles from "./en/roles.json";
import scope from "./en/scope.json";
import sessions from "./en/sessions.json";
import settings from "./en/settings.json";
import sightings from "./en/sightings.json";
import state from "./en/state.json";
import succession from "./en/succession.json";
import suggestions from "./en/suggestions.json";
import sync from "./en/sync.json";
import table from "./en/table.json";
import theme from "./en/theme.json";
import user from "./en/user.json";
import viewing from "./en/viewing.json";

export const en = {
  account,
  advertisers,
  amc,
  apiKeys,
  app,
  audit,
  campaigns,
  clerk,
  connections,
  consent,
  credential,
  dashboard,
  discovery,
  exports,
  invitations,
  identity,
  live,
  login,
  members,
  metric,
  nav,
  organization,
  period,
  quota,
  roles,
  scope,
  sessions,
  settings,
  sightings,
  state,
  succession,
  suggestions,
  sync,
  table,
  theme,
  user,
  viewing,
};
