/** Every text, one file per noun; the names are those that `useTranslations` asks for. */
import advertisers from "./en/advertisers.json";
import amc from "./en/amc.json";
import app from "./en/app.json";
import audit from "./en/audit.json";
import connections from "./en/connections.json";
import credential from "./en/credential.json";
import dashboard from "./en/dashboard.json";
import discovery from "./en/discovery.json";
import live from "./en/live.json";
import login from "./en/login.json";
import metric from "./en/metric.json";
import nav from "./en/nav.json";
import period from "./en/period.json";
import scope from "./en/scope.json";
import settings from "./en/settings.json";
import state from "./en/state.json";
import sync from "./en/sync.json";
import table from "./en/table.json";
import theme from "./en/theme.json";
import user from "./en/user.json";

export const en = {
  advertisers,
  amc,
  app,
  audit,
  connections,
  credential,
  dashboard,
  discovery,
  live,
  login,
  metric,
  nav,
  period,
  scope,
  settings,
  state,
  sync,
  table,
  theme,
  user,
};
