/** A sounding lead on its line, with the marks that tell the depth. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" strokeLinecap="round" className={className}>
      <rect width="24" height="24" rx="6" className="fill-primary" />
      <path d="M9.5 4v9.5" className="stroke-primary-foreground" strokeWidth="1.6" />
      <path d="M12.6 5.6h5M12.6 9h3.4" className="stroke-primary-foreground" strokeWidth="1.6" opacity="0.6" />
      <path
        d="M9.5 12.2c1.2 1.3 2.9 2.9 2.9 4.9a2.9 2.9 0 0 1-5.8 0c0-2 1.7-3.6 2.9-4.9Z"
        className="fill-primary-foreground"
      />
    </svg>
  );
}
