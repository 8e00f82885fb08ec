"""What the agent may do: typed tools, one file per room, each a thin door to a service."""
