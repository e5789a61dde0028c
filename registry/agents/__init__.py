"""For AI agents: a server of the Model Context Protocol with public reads only, in a process of its own."""
