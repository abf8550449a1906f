/** A sounding lead: line, mark, weight, under the water's surface. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={className}>
      <path
        d="M2.5 5.4c2.4 0 2.4 1.5 4.7 1.5S9.5 5.4 12 5.4s2.4 1.5 4.8 1.5 2.3-1.5 4.7-1.5"
        className="stroke-primary"
        strokeWidth="1.7"
        strokeLinecap="round"
        opacity="0.55"
      />
      <path d="M12 2.5v11" className="stroke-foreground" strokeWidth="1.6" strokeLinecap="round" />
      <path d="M10 10h4" className="stroke-chart-2" strokeWidth="1.8" strokeLinecap="round" />
      <path
        d="M12 12.7c1.3 0 1.8.8 2 2l1.2 5.4a1.2 1.2 0 0 1-1.2 1.4h-4a1.2 1.2 0 0 1-1.2-1.4l1.2-5.4c.2-1.2.7-2 2-2Z"
        className="fill-primary"
      />
    </svg>
  );
}
