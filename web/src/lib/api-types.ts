/**
 * Shape of the public HTTP API, as openapi-typescript prints it.
 * `make openapi && npm run api` replaces this file with one generated from the gateway's own description.
 */
interface Answer<Body> {
  headers: { [name: string]: unknown };
  content: { "application/json": Body };
}
interface Problem {
  headers: { [name: string]: unknown };
  content: { "application/problem+json": { [name: string]: unknown } };
}
interface NoParameters {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}
interface Read<Body, Query = never> {
  parameters: { query?: Query; header?: never; path?: never; cookie?: never };
  responses: { 200: Answer<Body>; default: Problem };
}
interface Write<Input, Body> {
  parameters: NoParameters;
  requestBody: { content: { "application/json": Input } };
  responses: { 200: Answer<Body>; default: Problem };
}
interface Act<Path, Body> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  responses: { 200: Answer<Body>; default: Problem };
}
interface Remove {
  parameters: NoParameters;
  responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: Problem };
}
interface List<Item> {
  items: Item[];
  next_cursor: string | null;
}

export interface components {
  schemas: {
    Session: {
      user: { id: string; email: string; name: string };
      organization: { id: string; name: string };
      role: string;
      permissions: string[];
      brand_ids: string[] | null;
      csrf_token: string;
      expires_at: string;
    };
    Brand: { id: string; name: string; archived: boolean; advertisers: number; created_at: string };
    Discovery: {
      state: "pending" | "running" | "done" | "failed";
      error_code: string | null;
      finished_at: string | null;
      profiles: number;
      advertisers: number;
    };
    Connection: {
      id: string;
      region: "NA" | "EU" | "FE";
      label: string;
      amazon_user_name: string | null;
      status: "pending" | "active" | "revoked";
      discovery: components["schemas"]["Discovery"];
      created_at: string;
      consented_at: string | null;
    };
    ConnectionStarted: { connection_id: string; authorize_url: string; expires_at: string };
    Advertiser: {
      id: string;
      amazon_advertiser_id: string;
      name: string;
      currency: string;
      country: string;
      timezone: string;
      region: string;
      entity_id: string;
      brand_id: string | null;
      brand_name: string | null;
      connection_ids: string[];
    };
    BrandMapping: { advertiser_id: string; brand_id?: string | null; new_brand_name?: string | null };
    Credential: {
      connection_id: string;
      state: "healthy" | "retrying" | "reauth_required" | "client_misconfigured" | "suspended";
      expires_at: string | null;
      refreshed_at: string | null;
      next_refresh_at: string | null;
      owner: "leadline" | "operator" | "user";
      next_action: string;
      last_error_code: string | null;
      server_time: string;
    };
    Sync: {
      id: string;
      advertiser_id: string;
      advertiser_name: string;
      brand_id: string | null;
      report_type: string;
      start_date: string;
      end_date: string;
      state: "waiting" | "running" | "completed" | "failed";
      fraction: number;
      stage: "waiting" | "requested" | "processing" | "downloading" | "landed";
      slices_total: number;
      slices_done: number;
      rows: number | null;
      as_of: string | null;
      error_code: string | null;
      error_detail: string | null;
      next_attempt_at: string | null;
      started_at: string | null;
      completed_at: string | null;
    };
    RejectedReport: {
      id: string;
      advertiser_id: string;
      amazon_report_id: string | null;
      start_date: string;
      end_date: string;
      state: string;
      error_code: string | null;
      detail: string | null;
      attempts: number;
      updated_at: string;
    };
    AmcAccount: {
      account_id: string;
      account_name: string;
      marketplace_id: string;
      connection_id: string;
      region: string;
    };
    AmcInstance: {
      id: string;
      amazon_instance_id: string;
      name: string;
      account_id: string;
      account_name: string;
      marketplace_id: string;
      connection_id: string;
      status: string;
      data_status?: string | null;
      discovered_at: string;
    };
    MetricsQuery: {
      start_date: string;
      end_date: string;
      dimensions: ("date" | "brand" | "advertiser" | "order" | "line_item" | "creative")[];
      granularity?: "day" | "week" | "month" | null;
      metrics: string[];
      filters: {
        brand_ids?: string[] | null;
        advertiser_ids?: string[] | null;
        order_ids?: string[] | null;
        line_item_ids?: string[] | null;
        creative_ids?: string[] | null;
        currency?: string | null;
      };
      sort?: { field: string; descending: boolean } | null;
      limit?: number;
    };
    MetricsResult: {
      columns: { name: string; kind: "dimension" | "metric"; unit?: string | null }[];
      rows: { [name: string]: unknown }[];
      totals: { [name: string]: unknown }[];
      row_count: number;
      truncated: boolean;
      as_of: string | null;
      newest_as_of: string | null;
      gaps: { advertiser_id: string; advertiser_name: string; dates: string[] }[];
      generated_at: string;
    };
    Catalogue: {
      metrics: {
        name: string;
        label: string;
        unit: "count" | "money" | "ratio" | "multiple";
        formula: string;
        description: string;
        additive: boolean;
      }[];
      dimensions: { name: string; label: string }[];
    };
    Freshness: {
      advertiser_id: string;
      advertiser_name: string;
      brand_id: string | null;
      brand_name: string | null;
      currency: string;
      timezone: string;
      first_date: string | null;
      last_date: string | null;
      as_of: string | null;
      missing_dates: string[];
    };
  };
}

type Schemas = components["schemas"];

export interface paths {
  "/v1/session": {
    get: Read<Schemas["Session"]>;
    post: Write<{ email: string; password: string }, Schemas["Session"]>;
    delete: Remove;
  };
  "/v1/brands": { get: Read<List<Schemas["Brand"]>>; post: Write<{ name: string }, Schemas["Brand"]> };
  "/v1/connections": {
    get: Read<List<Schemas["Connection"]>>;
    post: Write<{ region: "NA" | "EU" | "FE"; label?: string }, Schemas["ConnectionStarted"]>;
  };
  "/v1/connections/{connection_id}/discoveries": { post: Act<{ connection_id: string }, unknown> };
  "/v1/advertisers": {
    get: Read<List<Schemas["Advertiser"]>, { connection_id?: string; brand_id?: string; unmapped?: boolean }>;
  };
  "/v1/advertisers/brands": {
    put: Write<{ mappings: Schemas["BrandMapping"][] }, List<Schemas["Advertiser"]>>;
  };
  "/v1/credentials": { get: Read<List<Schemas["Credential"]>> };
  "/v1/syncs": { get: Read<List<Schemas["Sync"]>>; post: Write<{ advertiser_id: string }, Schemas["Sync"]> };
  "/v1/syncs/reports": { get: Read<List<Schemas["RejectedReport"]>, { state?: "rejected" }> };
  "/v1/amc/accounts": { get: Read<List<Schemas["AmcAccount"]>> };
  "/v1/amc/instances": { get: Read<List<Schemas["AmcInstance"]>> };
  "/v1/metrics/catalogue": { get: Read<Schemas["Catalogue"]> };
  "/v1/metrics/query": { post: Write<Schemas["MetricsQuery"], Schemas["MetricsResult"]> };
  "/v1/metrics/query.csv": { post: Write<Schemas["MetricsQuery"], unknown> };
  "/v1/metrics/freshness": {
    get: Read<List<Schemas["Freshness"]>, { start_date: string; end_date: string }>;
  };
}
