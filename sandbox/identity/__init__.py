"""Google, LinkedIn and GitHub sign-in, with the quirks of each."""
