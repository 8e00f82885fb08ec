"""Demo experts: invented people with believable profiles, for development and demonstrations only."""
