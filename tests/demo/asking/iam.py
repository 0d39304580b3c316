"""IAM."""

from tests.demo.asking import Sample, plainly

_ROLE = "arn:aws:iam::123456789012:role/platform-node"
SAMPLES: dict[str, Sample] = {
    "ListAccountAliases": plainly(),
    "SimulatePrincipalPolicy": plainly(
        PolicySourceArn=_ROLE, ActionNames=["ecs:ListTasks", "s3:GetObject"]
    ),
}
