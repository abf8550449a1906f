"use client";

import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Skeleton } from "@/components/ui/skeleton";
import { SuggestionList } from "@/features/suggestions/components/suggestion-list";
import { useSuggestions } from "@/features/suggestions/queries";

export function AdvertisersClient() {
  const t = useTranslations("suggestions");
  const suggestions = useSuggestions();
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      {suggestions.isPending ? <Skeleton className="h-64 w-full" /> : null}
      {suggestions.error ? <Problem error={suggestions.error} onRetry={() => void suggestions.refetch()} /> : null}
      {suggestions.data ? <SuggestionList suggestions={suggestions.data} /> : null}
    </div>
  );
}
