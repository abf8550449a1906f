/** A sounding lead: a line with its depth marks, let down through the water's surface. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" strokeLinecap="round" className={className}>
      <path d="M2 6.6c1.7-1.5 3.3-1.5 5 0M17 6.6c1.7-1.5 3.3-1.5 5 0" className="stroke-primary" strokeWidth="1.6" />
      <path d="M12 1.8v12" className="stroke-foreground" strokeWidth="1.6" />
      <path d="M8.8 6.6H12M12 10.4h3.2" className="stroke-chart-2" strokeWidth="1.6" />
      <path d="M12 13c1.1 1.5 2.7 3.5 2.7 5.7a2.7 3.1 0 0 1-5.4 0C9.3 16.5 10.9 14.5 12 13Z" className="fill-primary" />
    </svg>
  );
}
