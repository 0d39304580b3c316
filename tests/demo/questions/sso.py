"""IAM Identity Center: credentials."""

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "GetRoleCredentials": plainly(
        roleName="Ops", accountId="123456789012", accessToken="demo-access-1"
    ),
}
