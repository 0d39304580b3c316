"""The only door to AWS, Kubernetes and child processes."""
