import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8400";

export default (phase: string): NextConfig => ({
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  generateBuildId: () => process.env.BUILD_ID ?? "leadline",
  ...(phase === PHASE_DEVELOPMENT_SERVER
    ? {
        allowedDevOrigins: ["127.0.0.1"],
        skipTrailingSlashRedirect: true,
        compress: false,
        rewrites: async () => [{ source: "/v1/:path*", destination: `${gateway}/v1/:path*` }],
      }
    : { output: "export" as const }),
});
