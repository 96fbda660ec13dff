"""Displays without a display: what many of them ask of a server, over real sockets, in processes of their own."""
