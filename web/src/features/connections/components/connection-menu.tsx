"use client";

import { Ellipsis, Link2, Pencil, RefreshCcw, Unplug } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { RequestDialog } from "@/features/consent-requests/components/request-dialog";
import { useCan } from "@/features/session/queries";
import type { Connection } from "@/lib/model";
import { useReauthorize } from "../queries";
import { DisconnectDialog } from "./disconnect-dialog";
import { RenameDialog } from "./rename-dialog";

type Open = "rename" | "ask" | "disconnect" | null;

interface ConnectionMenuProps {
  connection: Connection;
  name: string;
  /** The name that tells it from others of the same label. */
  spoken?: string;
}

export function ConnectionMenu({ connection, name, spoken = name }: ConnectionMenuProps) {
  const t = useTranslations("connections");
  const can = useCan();
  const [open, setOpen] = useState<Open>(null);
  const reauthorize = useReauthorize();
  if (connection.status === "revoked" || !can("connection:manage")) return null;
  const again = () =>
    reauthorize.mutate(connection, {
      onError: (error) => toast.error(t("failed"), { description: error.message }),
    });
  const close = () => setOpen(null);
  return (
    <>
      <DropdownMenu modal={false}>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" aria-label={t("menu", { name: spoken })} data-testid="connection-menu">
            <Ellipsis aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={() => setOpen("rename")}>
            <Pencil aria-hidden />
            {t("rename")}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={again}>
            <RefreshCcw aria-hidden />
            {t("reauthorize")}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setOpen("ask")}>
            <Link2 aria-hidden />
            {t("askClient")}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem className="text-destructive" onSelect={() => setOpen("disconnect")}>
            <Unplug aria-hidden />
            {t("disconnect")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {open === "rename" ? <RenameDialog connection={connection} name={name} onClose={close} /> : null}
      {open === "ask" ? <RequestDialog renews={{ id: connection.id, name }} onClose={close} /> : null}
      {open === "disconnect" ? <DisconnectDialog connection={connection} name={name} onClose={close} /> : null}
    </>
  );
}
