"use client";

import { useTranslations } from "use-intl";
import { PageHeader } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Card, CardHeader } from "@/components/ui/card";
import { Segmented } from "@/components/ui/segmented";
import { formatDay } from "@/lib/format";
import { type CampaignsState, VIEWS, type View } from "../state";
import { ChangeFeed } from "./change-feed";
import { EntityDrawer } from "./entity-drawer";
import { EntityList } from "./entity-list";
import { Filters } from "./filters";
import { ListingAge } from "./listing-age";
import { Trail } from "./trail";

export interface BrowserProps {
  state: CampaignsState;
  onChange: (state: CampaignsState, how?: "push" | "replace") => void;
}

/** What is booked at Amazon: campaigns, ad groups, ads, and what changed of them. */
export function CampaignBrowser({ state, onChange }: BrowserProps) {
  const t = useTranslations("campaigns");
  const set = (change: Partial<CampaignsState>, how?: "push" | "replace") => onChange({ ...state, ...change }, how);
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        <ListingAge />
      </PageHeader>
      <Filters state={state} onChange={set} />
      {state.on && state.view !== "changes" ? (
        <Alert data-testid="campaigns-on">{t("onDay", { day: formatDay(state.on, undefined, true) })}</Alert>
      ) : null}
      <Card data-testid="campaign-browser" data-view={state.view}>
        <CardHeader>
          <Segmented<View>
            label={t("view")}
            value={state.view}
            options={VIEWS.map((view) => ({ value: view, label: t(`views.${view}`) }))}
            onChange={(view) => set({ view }, "push")}
          />
          <Trail state={state} onChange={set} />
        </CardHeader>
        {state.view === "changes" ? (
          <ChangeFeed state={state} onChange={set} />
        ) : (
          <EntityList key={state.view} kind={state.view} state={state} onChange={onChange} />
        )}
      </Card>
      <EntityDrawer open={state.open} onClose={() => set({ open: null })} />
    </div>
  );
}
