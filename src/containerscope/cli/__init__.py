"""The commands: what a terminal or a script talks to."""
