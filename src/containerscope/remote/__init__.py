"""What goes on inside a container or on an instance: terminals, commands, ports and files."""
