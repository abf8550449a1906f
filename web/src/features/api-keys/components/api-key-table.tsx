"use client";

import { MoreHorizontal } from "lucide-react";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { useBrands } from "@/features/advertisers/queries";
import type { ApiKey } from "@/lib/model";
import { useServerNow } from "@/lib/use-server-now";
import { marksOf } from "../wish";

export type ApiKeyAct = "rename" | "rotate" | "revoke";

interface ApiKeyTableProps {
  apiKeys: readonly ApiKey[];
  onAct: (act: ApiKeyAct, apiKey: ApiKey) => void;
}

export function ApiKeyTable({ apiKeys, onAct }: ApiKeyTableProps) {
  const t = useTranslations("apiKeys");
  return (
    <Card>
      <TableScroller label={t("table")}>
        <Table>
          <thead>
            <tr>
              <Th>{t("name")}</Th>
              <Th>{t("state")}</Th>
              <Th>{t("scope")}</Th>
              <Th>{t("lastUsed")}</Th>
              <Th>{t("expires")}</Th>
              <Th className="text-right">{t("actions")}</Th>
            </tr>
          </thead>
          <tbody>
            {apiKeys.map((apiKey) => (
              <ApiKeyRow key={apiKey.id} apiKey={apiKey} onAct={onAct} />
            ))}
          </tbody>
        </Table>
      </TableScroller>
    </Card>
  );
}

interface ApiKeyRowProps {
  apiKey: ApiKey;
  onAct: (act: ApiKeyAct, apiKey: ApiKey) => void;
}

function ApiKeyRow({ apiKey, onAct }: ApiKeyRowProps) {
  const t = useTranslations("apiKeys");
  return (
    <Tr data-testid="api-key-row" data-api-key-id={apiKey.id} data-state={apiKey.state}>
      <Td>
        <span className="font-medium">{apiKey.name}</span>
        <span className="block text-muted-foreground text-xs">
          {apiKey.owner ? t("ownedBy", { name: apiKey.owner.name }) : t("noOwner")}
        </span>
        <code className="block text-muted-foreground text-xs">{apiKey.prefix}…</code>
      </Td>
      <Td>
        <Marks apiKey={apiKey} />
      </Td>
      <Td>
        <Scope apiKey={apiKey} />
      </Td>
      <Td className="whitespace-nowrap">
        {apiKey.last_used_at ? <Instant at={apiKey.last_used_at} /> : t("never")}
        <span className="block text-muted-foreground text-xs">{apiKey.last_used_ip}</span>
      </Td>
      <Td className="whitespace-nowrap">
        {apiKey.expires_at ? <Instant at={apiKey.expires_at} /> : t("neverEnds")}
        {apiKey.replaced_secret_until ? (
          <span className="block text-muted-foreground text-xs">
            {t("oldSecretUntil")} <Instant at={apiKey.replaced_secret_until} />
          </span>
        ) : null}
      </Td>
      <Td className="text-right">
        <ApiKeyMenu apiKey={apiKey} onAct={onAct} />
      </Td>
    </Tr>
  );
}

function Marks({ apiKey }: { apiKey: ApiKey }) {
  const t = useTranslations("apiKeys");
  const now = useServerNow();
  return (
    <ul className="flex flex-wrap gap-1">
      {marksOf(apiKey, now).map(({ mark, tone }) => (
        <li key={mark}>
          <Badge tone={tone} title={mark === "rotateAdvised" ? t("rotateAdvisedWhy") : undefined}>
            {t(mark)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** What the key may do, for which brands, from where and how often. */
function Scope({ apiKey }: { apiKey: ApiKey }) {
  const t = useTranslations("apiKeys");
  const brands = useBrands().data ?? [];
  const names = apiKey.brand_ids?.map((id) => brands.find((brand) => brand.id === id)?.name ?? id);
  return (
    <div className="max-w-72 text-xs">
      <p className="break-words font-mono">{apiKey.permissions.join(", ")}</p>
      <p className="break-words text-muted-foreground">{names ? names.join(", ") : t("everyBrand")}</p>
      {apiKey.allowed_networks.length ? (
        <p className="break-words text-muted-foreground">
          {t("onlyFrom", { networks: apiKey.allowed_networks.join(", ") })}
        </p>
      ) : null}
      {apiKey.rate_limit_per_minute ? (
        <p className="text-muted-foreground">{t("perMinuteIs", { count: apiKey.rate_limit_per_minute })}</p>
      ) : null}
    </div>
  );
}

function ApiKeyMenu({ apiKey, onAct }: ApiKeyRowProps) {
  const t = useTranslations("apiKeys");
  const acts: ApiKeyAct[] = apiKey.own ? ["rename", "rotate", "revoke"] : ["rename", "revoke"];
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger
        aria-label={t("actionsFor", { name: apiKey.name })}
        className="inline-grid size-8 place-items-center rounded-md hover:bg-accent"
      >
        <MoreHorizontal aria-hidden className="size-4" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {acts.map((act) => (
          <DropdownMenuItem key={act} onSelect={() => onAct(act, apiKey)}>
            {t(act)}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
