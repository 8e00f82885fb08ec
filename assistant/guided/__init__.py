"""The embedded model: reads what the founder wrote, decides by policy, words replies from templates. No key, no
network."""
