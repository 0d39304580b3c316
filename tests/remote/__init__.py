"""What is opened in containers and on instances."""
