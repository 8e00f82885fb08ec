"""Reads facts about a project out of what a founder writes. Pure: no database, no network, no clock of its own."""
