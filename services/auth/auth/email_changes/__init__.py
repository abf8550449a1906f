"""Another address to sign in with: it counts once a link sent there was opened by who asked."""
