"""Leadline on one machine: real Postgres, Valkey and Kafka from packages, under one supervisor."""
