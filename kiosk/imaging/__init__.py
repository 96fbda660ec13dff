"""Pictures as the screen shall show them: prints, and the motion between two of them. Runs in a process of its own."""
