import { cn } from "@/lib/cn";

interface ProgressProps {
  /** 0 to 1 */
  fraction: number;
  label: string;
  tone?: "primary" | "success" | "danger";
  className?: string;
}

const FILLS = { primary: "bg-primary", success: "bg-success", danger: "bg-destructive" };

export function Progress({ fraction, label, tone = "primary", className, ...props }: ProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      data-slot="progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-secondary", className)}
      {...props}
    >
      <div
        className={cn("h-full rounded-full transition-[width] duration-500", FILLS[tone])}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
