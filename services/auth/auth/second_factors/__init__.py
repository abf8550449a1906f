"""One-time codes (TOTP, RFC 6238) and recovery codes, beside the password."""
