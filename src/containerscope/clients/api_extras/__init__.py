"""Newer members of ECS and EKS answers, laid over the models of the botocore at hand."""
