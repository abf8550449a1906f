"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { formatInstant } from "@/lib/format";
import type { Look } from "@/lib/model";

const TONES: Record<Look["state"], Tone> = { pending: "neutral", running: "info", done: "success", failed: "danger" };

interface LookTableProps {
  looks: readonly Look[];
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function LookTable({ looks, chosen, onChoose }: LookTableProps) {
  const t = useTranslations("sightings");
  return (
    <TableScroller label={t("history")} className="max-h-96">
      <Table data-testid="looks">
        <thead>
          <tr>
            <Th>{t("when")}</Th>
            <Th>{t("state")}</Th>
            <Th className="text-right">{t("gained")}</Th>
            <Th className="text-right">{t("lost")}</Th>
            <Th className="max-md:hidden">{t("totals")}</Th>
          </tr>
        </thead>
        <tbody>
          {looks.map((look) => (
            <Tr key={look.id} data-look-id={look.id} className={look.id === chosen ? "bg-accent" : undefined}>
              <Td>
                {look.finished_at ? (
                  <Button
                    variant="ghost"
                    size="sm"
                    className="-ml-2"
                    aria-pressed={look.id === chosen}
                    title={t("select")}
                    onClick={() => onChoose(look.id)}
                  >
                    {formatInstant(look.finished_at)}
                  </Button>
                ) : (
                  formatInstant(look.requested_at)
                )}
              </Td>
              <Td>
                <Badge tone={TONES[look.state]}>{t(look.state)}</Badge>{" "}
                {look.error_code ? <span className="text-muted-foreground text-xs">{look.error_code}</span> : null}
              </Td>
              <Td className="text-right tabular-nums">{look.gained ? `+${look.gained}` : "0"}</Td>
              <Td className="text-right tabular-nums">{look.lost ? `−${look.lost}` : "0"}</Td>
              <Td className="text-muted-foreground text-xs max-md:hidden">
                <Totals look={look} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}

function Totals({ look }: { look: Look }) {
  const t = useTranslations("sightings");
  if (look.advertisers === null) return t("ofYours");
  return t("counts", {
    advertisers: look.advertisers,
    profiles: look.profiles ?? 0,
    managers: look.managers ?? 0,
    amc: look.amc_accounts ?? 0,
  });
}
