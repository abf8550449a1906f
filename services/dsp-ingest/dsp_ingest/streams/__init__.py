"""Marketing Stream: subscriptions kept, messages counted once, running days landed before any report."""
