"""FSx."""

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "DescribeFileSystems": plainly(MaxResults=2),
    "DescribeVolumes": plainly(),
}
