"""Checks data sets, packs them into records and verifies those."""
